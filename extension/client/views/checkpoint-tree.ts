import * as vscode from 'vscode';
import { formatBytes } from '../../core/byte-size';
import { originText } from '../../core/checkpoint/origin-text';
import type { TreeTensor } from '../../core/checkpoint/tensor';
import { dtypeAfter } from '../../core/resolve/dtype-after';
import type { Plan, PlannedTensor } from '../../core/resolve/plan';
import type { PolicyState, PolicyStates } from '../policy-state';

/** A row of the tree: a folder of the dotted name (or a layer), or one tensor. */
export type TreeNode =
  | {
      readonly kind: 'branch';
      readonly path: string;
      readonly label: string;
      readonly children: readonly TreeNode[];
      readonly total: Total;
    }
  | {
      readonly kind: 'tensor';
      readonly label: string;
      readonly tensor: TreeTensor;
      readonly planned: PlannedTensor;
      readonly policy: vscode.Uri;
    }
  | { readonly kind: 'message'; readonly label: string };

interface Total {
  readonly tensors: number;
  readonly before: number;
  readonly after: number;
}

/** Dotted names as nested branches, in the order of the checkpoint. Pure, so that it can be tested as data. */
export function tensorNodes(plan: Plan, policy: vscode.Uri): readonly TreeNode[] {
  return group(plan.tensors, 0, '', policy);
}

function group(
  planned: readonly PlannedTensor[],
  depth: number,
  path: string,
  policy: vscode.Uri,
): readonly TreeNode[] {
  const bySegment = new Map<string, PlannedTensor[]>();
  for (const each of planned) {
    const segment = each.tensor.name.split('.')[depth] ?? '';
    const known = bySegment.get(segment);
    if (known) known.push(each);
    else bySegment.set(segment, [each]);
  }
  return [...bySegment].map(([segment, members]) => node(segment, members, depth, path, policy));
}

function node(
  segment: string,
  members: readonly PlannedTensor[],
  depth: number,
  path: string,
  policy: vscode.Uri,
): TreeNode {
  const only = members.length === 1 ? members[0] : undefined;
  // A name alone on its path is shown whole instead of as a chain of branches with one child each.
  if (only) {
    const label = only.tensor.name.split('.').slice(depth).join('.');
    return { kind: 'tensor', label, tensor: only.tensor, planned: only, policy };
  }
  const here = path === '' ? segment : `${path}.${segment}`;
  return {
    kind: 'branch',
    path: here,
    label: segment,
    children: group(members, depth + 1, here, policy),
    total: {
      tensors: members.length,
      before: members.reduce((sum, { bytesBefore }) => sum + bytesBefore, 0),
      after: members.reduce((sum, { bytesAfter }) => sum + bytesAfter, 0),
    },
  };
}

/** The tensors that a row stands for. */
export function tensorsOf(node: TreeNode): readonly TreeTensor[] {
  switch (node.kind) {
    case 'tensor':
      return [node.tensor];
    case 'branch':
      return node.children.flatMap(tensorsOf);
    case 'message':
      return [];
  }
}

function whyThisDtype({ decider, treatment }: PlannedTensor): string {
  const rule = decider.kind === 'rule' ? `rule ${decider.index + 1}` : 'the default';
  if (treatment.kind === 'cast') return `Decided by ${rule}.`;
  switch (treatment.reason) {
    case 'asked':
      return `Kept as it is by ${rule}.`;
    case 'empty':
      return 'Kept: it has no elements.';
    case 'not-float':
      return 'Kept: it does not hold floating-point numbers.';
    case 'same-dtype':
      return `Kept: it has the dtype of ${rule} already.`;
    case 'invalid':
      return `Kept: ${rule} can't be applied to it (see the findings).`;
  }
}

/** The "Checkpoint" view: tensors of the current policy's checkpoint with dtype and bytes before and after. */
export function createCheckpointTree(states: PolicyStates): vscode.Disposable {
  const changed = new vscode.EventEmitter<undefined>();
  let roots: readonly TreeNode[] = [];

  const provider: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    async getChildren(element) {
      if (element) return element.kind === 'branch' ? [...element.children] : [];
      roots = states.current ? rootsOf(await states.of(states.current)) : [];
      return [...roots];
    },
    getTreeItem,
  };
  const view = vscode.window.createTreeView('downcast.checkpoint', {
    treeDataProvider: provider,
    showCollapseAll: true,
    canSelectMany: true,
  });
  const refresh = async (): Promise<void> => {
    changed.fire(undefined);
    view.description = states.current ? describe(await states.of(states.current)) : undefined;
  };
  void refresh();
  return vscode.Disposable.from(
    view,
    changed,
    states.onDidChange(() => void refresh()),
  );
}

function rootsOf(state: PolicyState): readonly TreeNode[] {
  switch (state.checkpoint.kind) {
    case 'none':
      return [{ kind: 'message', label: 'This policy names no checkpoint' }];
    case 'failed':
      return [{ kind: 'message', label: state.checkpoint.message }];
    case 'open':
      return tensorNodes(state.checkpoint.plan, state.uri);
  }
}

function describe(state: PolicyState): string | undefined {
  if (state.checkpoint.kind !== 'open') return undefined;
  const { plan } = state.checkpoint;
  return `${plan.tensors.length} tensors, ${formatBytes(plan.bytesBefore)} → ${formatBytes(plan.bytesAfter)}`;
}

function getTreeItem(element: TreeNode): vscode.TreeItem {
  switch (element.kind) {
    case 'message': {
      const item = new vscode.TreeItem(element.label);
      item.iconPath = new vscode.ThemeIcon('info');
      item.tooltip = element.label;
      return item;
    }
    case 'branch': {
      const { total } = element;
      const item = new vscode.TreeItem(element.label, vscode.TreeItemCollapsibleState.Collapsed);
      item.id = element.path;
      item.description = `${total.tensors} tensors, ${formatBytes(total.before)} → ${formatBytes(total.after)}`;
      item.contextValue = 'branch';
      item.iconPath = new vscode.ThemeIcon(/^\d+$/.test(element.label) ? 'layers' : 'symbol-namespace');
      return item;
    }
    case 'tensor': {
      const { tensor, planned } = element;
      const item = new vscode.TreeItem(element.label);
      item.id = tensor.name;
      item.contextValue = 'tensor';
      item.description = `${dtypeAfter(planned)} [${tensor.shape.join(', ')}]`;
      item.iconPath = new vscode.ThemeIcon(planned.treatment.kind === 'cast' ? 'symbol-numeric' : 'lock-small');
      item.tooltip = [
        tensor.name,
        `${tensor.dtype} [${tensor.shape.join(', ')}], ${formatBytes(planned.bytesBefore)} → ${dtypeAfter(planned)}, ${formatBytes(planned.bytesAfter)}`,
        ...[originText(tensor)].filter((text) => text !== undefined),
        whyThisDtype(planned),
      ].join('\n');
      item.accessibilityInformation = { label: item.tooltip };
      item.command = { command: 'downcast.revealRule', title: 'Go to the rule', arguments: [element] };
      return item;
    }
  }
}
