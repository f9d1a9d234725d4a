import * as vscode from 'vscode';
import type { Session } from '../session';
import type { TreeNode } from '../views/checkpoint-tree';
import { openPolicyState, type OpenPolicyState } from './open-policy-state';

/** "Explain Tensor": why it gets its dtype, from the tree, from a name a lens passed, or from a list. */
export function registerExplainTensor(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand('downcast.explainTensor', async (argument: unknown, name: unknown) => {
    const node = isTensorNode(argument) ? argument : undefined;
    const state = await openPolicyState(node?.policy ?? argument, session.states);
    if (!state) return;
    const tensor = node?.tensor.name ?? (typeof name === 'string' ? name : await pickTensor(state));
    if (tensor !== undefined) await showExplanation(session, state, tensor);
  });
}

function isTensorNode(value: unknown): value is Extract<TreeNode, { kind: 'tensor' }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tensor';
}

async function pickTensor({ checkpoint }: OpenPolicyState): Promise<string | undefined> {
  const items = checkpoint.plan.tree.tensors.map(({ name, dtype, shape }): vscode.QuickPickItem => {
    return { label: name, description: `${dtype} [${shape.join(', ')}]` };
  });
  const picked = await vscode.window.showQuickPick(items, { title: 'Explain Tensor', placeHolder: 'Name of a tensor' });
  return picked?.label;
}

async function showExplanation({ documents }: Session, state: OpenPolicyState, name: string): Promise<void> {
  const { explain, explanationText } = await import('../authoring-core');
  const { plan } = state.checkpoint;
  const explanation = explain(name, plan, state.policy, state.findings);
  if (!explanation) {
    void vscode.window.showWarningMessage(`Downcast: the checkpoint holds no tensor "${name}".`);
    return;
  }
  const document = await vscode.workspace.openTextDocument(state.uri);
  const line = (offset: number): number => document.positionAt(offset).line + 1;
  await documents.show(name, explanationText(explanation, state.policy, line));
}
