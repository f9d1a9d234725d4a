import * as vscode from 'vscode';
import { CheckpointError } from '../../core/checkpoint/checkpoint-error';
import { candidateFiles } from '../../core/checkpoint/choose-file';
import type { Session } from '../session';
import { LANGUAGE } from '../policy-uri';

/** "New policy for a checkpoint...": asks for the checkpoint and opens a policy that keeps everything as it is. */
export function registerNewPolicy(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand('downcast.newPolicy', async () => {
    const [chosen] =
      (await vscode.window.showOpenDialog({
        title: 'Checkpoint folder',
        openLabel: 'Use this checkpoint',
        canSelectFolders: true,
        canSelectFiles: false,
      })) ?? [];
    if (!chosen) return;
    try {
      const found = await openChosen(session, chosen);
      if (!found) return;
      const { tree } = found.checkpoint;
      const matrix = tree.tensors.find(({ role }) => role === 'mlp-down') ?? tree.tensors[0];
      const document = await vscode.workspace.openTextDocument({
        language: LANGUAGE,
        content: policyText(found.uri, matrix?.module),
      });
      await vscode.window.showTextDocument(document);
    } catch (error) {
      void vscode.window.showErrorMessage(`Downcast: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** The checkpoint of a folder; of several models in it the one that the user chooses. */
async function openChosen(session: Session, folder: vscode.Uri) {
  try {
    return { uri: folder, checkpoint: await session.checkpoints.open(folder) };
  } catch (error) {
    if (!(error instanceof CheckpointError) || error.code !== 'several-files') throw error;
    const names = await (await session.platform.place(folder)).folder.list();
    const title = 'The folder holds several models';
    const file = await vscode.window.showQuickPick(candidateFiles(names), { title, placeHolder: 'Which one?' });
    if (file === undefined) return undefined;
    const uri = vscode.Uri.joinPath(folder, file);
    return { uri, checkpoint: await session.checkpoints.open(uri) };
  }
}

function policyText(checkpoint: vscode.Uri, module: string | undefined): string {
  return [
    'version: 1',
    `checkpoint: ${JSON.stringify(checkpoint.fsPath)}`,
    'default: keep',
    'rules:',
    `  - match: ${JSON.stringify(`**.${module ?? 'weight'}`)}`,
    '    dtype: fp8_e4m3',
    '',
  ].join('\n');
}
