import * as vscode from 'vscode';
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
      const { tree } = await session.checkpoints.open(chosen);
      const matrix = tree.tensors.find(({ role }) => role === 'mlp-down') ?? tree.tensors[0];
      const document = await vscode.workspace.openTextDocument({
        language: LANGUAGE,
        content: policyText(chosen, matrix?.module),
      });
      await vscode.window.showTextDocument(document);
    } catch (error) {
      void vscode.window.showErrorMessage(`Downcast: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
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
