import * as vscode from 'vscode';
import { ruleName } from '../../core/policy/rule-name';
import type { Session } from '../session';
import type { PolicyState } from '../policy-state';
import type { TreeNode } from '../views/checkpoint-tree';
import { policyArgument } from './policy-argument';

/** Commands that move the user between policy, tensors and views. */
export function registerNavigation(session: Session): vscode.Disposable {
  const { states, checkpoints } = session;
  return vscode.Disposable.from(
    vscode.commands.registerCommand('downcast.revealRule', async (node: TreeNode | undefined) => {
      if (node?.kind !== 'tensor') return;
      const { decider } = node.planned;
      await revealRule(await states.of(node.policy), decider.kind === 'rule' ? decider.index : undefined);
    }),
    vscode.commands.registerCommand('downcast.copyTensorName', async (node: TreeNode | undefined) => {
      if (node?.kind === 'tensor') await vscode.env.clipboard.writeText(node.tensor.name);
    }),
    vscode.commands.registerCommand('downcast.reloadCheckpoint', async () => {
      const uri = policyArgument(undefined, states);
      if (!uri) return;
      const { checkpoint } = await states.of(uri);
      if (checkpoint.kind === 'open') checkpoints.forget(checkpoint.uri);
    }),
    vscode.commands.registerCommand('downcast.showRuleTensors', async (argument: unknown, index: unknown) => {
      const uri = policyArgument(argument, states);
      if (uri && typeof index === 'number') await showRuleTensors(await states.of(uri), index);
    }),
  );
}

/** Puts the cursor on a rule, or on the `default:` line when no rule decided. */
export async function revealRule(state: PolicyState, index: number | undefined): Promise<void> {
  const document = await vscode.workspace.openTextDocument(state.uri);
  const range = index === undefined ? state.policy.default?.dtype?.range : state.policy.rules[index]?.range;
  const editor = await vscode.window.showTextDocument(document, { viewColumn: columnOf(document) });
  if (!range) return;
  const selection = new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
  editor.selection = new vscode.Selection(selection.start, selection.start);
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** Shows which rule decides a tensor; a name that the checkpoint does not hold is ignored. */
export async function revealTensor(state: PolicyState, name: string): Promise<void> {
  const planned = state.checkpoint.kind === 'open' ? state.checkpoint.plan.byName.get(name) : undefined;
  if (!planned) return;
  await revealRule(state, planned.decider.kind === 'rule' ? planned.decider.index : undefined);
}

/** Where the policy is open already, so that the dashboard beside it is not covered. */
function columnOf(document: vscode.TextDocument): vscode.ViewColumn {
  const uri = document.uri.toString();
  return (
    vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri)?.viewColumn ??
    vscode.ViewColumn.One
  );
}

async function showRuleTensors(state: PolicyState, index: number): Promise<void> {
  if (state.checkpoint.kind !== 'open') return;
  const { plan } = state.checkpoint;
  const effect = plan.rules[index];
  if (!effect) return;
  const won = new Set(effect.won);
  const items = Array.from(effect.matched, (name): vscode.QuickPickItem => {
    const tensor = plan.byName.get(name)?.tensor;
    return {
      label: name,
      description: tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : '',
      detail: won.has(name) ? undefined : 'a later rule decides this one',
    };
  });
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Tensors of ${ruleName(state.policy, index)}`,
    placeHolder: 'Enter copies the name',
    matchOnDescription: true,
  });
  if (chosen) await vscode.env.clipboard.writeText(chosen.label);
}
