import * as vscode from 'vscode';
import { isPolicy } from '../policy-uri';
import type { PolicyStates } from '../policy-state';

/**
 * The policy a command is about: what a lens or menu passed (URIs arrive as strings or objects), else the
 * active editor's, else the one looked at last. Undefined with a message when there is none.
 */
export function policyArgument(argument: unknown, states: PolicyStates): vscode.Uri | undefined {
  if (typeof argument === 'string') return vscode.Uri.parse(argument, true);
  if (argument instanceof vscode.Uri) return argument;
  const active = vscode.window.activeTextEditor?.document;
  if (active && isPolicy(active)) return active.uri;
  if (states.current) return states.current;
  void vscode.window.showInformationMessage('Downcast: open a dtype policy (*.dtype.yaml) first.');
  return undefined;
}

/** Commands that cast, evaluate or write refuse an untrusted workspace by themselves, whoever called them. */
export function requireTrust(): boolean {
  if (vscode.workspace.isTrusted) return true;
  void vscode.window.showWarningMessage('Downcast: trust this workspace first; until then policies are only checked.');
  return false;
}
