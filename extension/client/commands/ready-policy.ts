import * as vscode from 'vscode';
import type { PolicyState } from '../policy-state';

export type OpenState = PolicyState & { readonly checkpoint: Extract<PolicyState['checkpoint'], { kind: 'open' }> };

/**
 * The state of a policy that can be worked with: checkpoint open, no errors. Otherwise the user is told what
 * is missing, with the Problems view one click away, and undefined is returned.
 */
export async function readyPolicy(state: PolicyState): Promise<OpenState | undefined> {
  const { checkpoint } = state;
  if (checkpoint.kind === 'none') {
    void vscode.window.showErrorMessage('Downcast: this policy names no checkpoint; add "checkpoint: PATH" to it.');
    return undefined;
  }
  if (checkpoint.kind === 'failed') {
    void vscode.window.showErrorMessage(`Downcast: ${checkpoint.message}`);
    return undefined;
  }
  const errors = state.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return { ...state, checkpoint };
  const count = errors.length === 1 ? 'one error' : `${errors.length} errors`;
  const choice = await vscode.window.showErrorMessage(
    `Downcast: the policy has ${count}; first: ${errors[0]!.message}`,
    'Show Problems',
  );
  if (choice) await vscode.commands.executeCommand('workbench.actions.view.problems');
  return undefined;
}
