import * as vscode from 'vscode';
import type { TreeTensor } from '../../core/checkpoint/tensor';
import type { Session } from '../session';
import { tensorsOf, type TreeNode } from '../views/checkpoint-tree';
import { openPolicyState, type OpenPolicyState } from './open-policy-state';

/** "New Rule for Selection": writes rules for the tensors selected in the tree at the end, and asks for the dtype. */
export function registerRulesFromSelection({ states }: Session): vscode.Disposable {
  return vscode.commands.registerCommand(
    'downcast.rulesFromSelection',
    async (node: TreeNode | undefined, selected: readonly TreeNode[] | undefined) => {
      const nodes = selected && selected.length > 0 ? selected : node ? [node] : [];
      const tensors = nodes.flatMap(tensorsOf);
      if (tensors.length === 0) return;
      const state = await openPolicyState(undefined, states);
      if (state) await insertRules(state, tensors);
    },
  );
}

async function insertRules(state: OpenPolicyState, tensors: readonly TreeTensor[]): Promise<void> {
  const { BUILT_IN_FORMATS, cover, parsePolicy, printRule } = await import('../authoring-core');
  const { syntax } = parsePolicy(state.text, BUILT_IN_FORMATS);
  const rules = syntax.root?.kind === 'map' ? syntax.root.entries.find(({ key }) => key.text === 'rules') : undefined;
  const list = rules?.value?.kind === 'list' ? rules.value : undefined;
  const document = await vscode.workspace.openTextDocument(state.uri);
  const [first] = list?.items ?? [];
  if (list && first?.kind === 'map' && first.flow && !isBlockList(state.text, list.range.start)) {
    void vscode.window.showWarningMessage('Downcast: the rules are written in brackets; write them as a list first.');
    return;
  }
  const indent = list ? columnOf(state.text, list.range.start) : 2;
  const lines = cover(
    new Set(tensors).size === tensors.length ? tensors : [...new Set(tensors)],
    [],
    state.checkpoint.plan.tree,
  ).flatMap((each) => printRule({ ...each, cast: undefined, because: undefined }, indent));
  const offset = list?.range.end ?? rules?.key.range.end ?? state.text.length;
  const position =
    list || !rules ? document.positionAt(offset) : document.lineAt(document.positionAt(offset)).range.end;
  const head = rules ? '' : 'rules:\n';
  const snippet = new vscode.SnippetString();
  snippet.appendText(`${position.character === 0 ? '' : '\n'}${head}`);
  const choices = ['keep', ...BUILT_IN_FORMATS.ids()];
  lines.forEach((line, at) => {
    const [before, after] = line.split(/(?<=^ +dtype: )keep$/);
    snippet.appendText(before!);
    // The same tab stop for all rules: one choice sets them all.
    if (after !== undefined) appendChoice(snippet, choices);
    if (at < lines.length - 1) snippet.appendText('\n');
  });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  await editor.insertSnippet(snippet, position, { undoStopBefore: true, undoStopAfter: true, keepWhitespace: true });
}

function appendChoice(snippet: vscode.SnippetString, choices: readonly string[]): void {
  if (snippet.value.includes('${1|')) snippet.value += '$1';
  else snippet.appendChoice([...choices], 1);
}

/** Whether the item at an offset follows a dash at the start of its line. */
function isBlockList(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
