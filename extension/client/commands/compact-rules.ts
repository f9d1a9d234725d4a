import * as vscode from 'vscode';
import type { Session } from '../session';
import { openPolicyState } from './open-policy-state';

/** "Compact Rules": the same dtype for every tensor in fewer rules; one undo brings the old ones back. */
export function registerCompactRules({ states }: Session): vscode.Disposable {
  return vscode.commands.registerCommand('downcast.compactRules', async (argument: unknown) => {
    const state = await openPolicyState(argument, states);
    if (!state) return;
    const { BUILT_IN_FORMATS, compactPolicy, parsePolicy } = await import('../authoring-core');
    const { plan } = state.checkpoint;
    const compact = compactPolicy(parsePolicy(state.text, BUILT_IN_FORMATS), plan, BUILT_IN_FORMATS);
    if (!compact) {
      void vscode.window.showInformationMessage("Downcast: these rules can't be made fewer without changing a dtype.");
      return;
    }
    const document = await vscode.workspace.openTextDocument(state.uri);
    if (document.version !== state.version) return;
    const edit = new vscode.WorkspaceEdit();
    const whole = new vscode.Range(document.positionAt(0), document.positionAt(state.text.length));
    edit.replace(state.uri, whole, compact.text);
    await vscode.workspace.applyEdit(edit);
    const { rulesBefore, rulesAfter } = compact;
    void vscode.window.showInformationMessage(
      `Downcast: ${rulesBefore} rules are now ${rulesAfter}, and every tensor has the dtype it had. Undo brings them back.`,
    );
  });
}
