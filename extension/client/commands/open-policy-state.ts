import * as vscode from 'vscode';
import type { PolicyState, PolicyStates } from '../policy-state';
import { policyArgument } from './policy-argument';

/** A policy whose checkpoint is open. */
export type OpenPolicyState = PolicyState & { readonly checkpoint: { readonly kind: 'open' } };

/** The policy a command is about; undefined, with a message, when its checkpoint can't be had. */
export async function openPolicyState(argument: unknown, states: PolicyStates): Promise<OpenPolicyState | undefined> {
  const uri = policyArgument(argument, states);
  if (!uri) return undefined;
  const state = await states.of(uri);
  switch (state.checkpoint.kind) {
    case 'open':
      return state as OpenPolicyState;
    case 'none':
      void vscode.window.showWarningMessage('Downcast: this policy names no checkpoint; add "checkpoint: PATH" to it.');
      return undefined;
    case 'failed':
      void vscode.window.showWarningMessage(`Downcast: ${state.checkpoint.message}`);
      return undefined;
  }
}
