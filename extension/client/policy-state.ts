import * as vscode from 'vscode';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { ReadBase } from '../core/policy/extend';
import type { Finding } from '../core/policy/finding';
import type { Policy } from '../core/policy/policy';
import type { MatchCache } from '../core/resolve/match-cache';
import type { Plan } from '../core/resolve/plan';
import { isPolicy, resolveReference } from './policy-uri';
import type { Checkpoints } from './checkpoints';
import type { Disposes } from './disposes';

/** Everything the editor knows of one policy at one moment. */
export interface PolicyState {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly version: number;
  readonly policy: Policy;
  readonly findings: readonly Finding[];
  readonly checkpoint:
    | { readonly kind: 'none' }
    | { readonly kind: 'failed'; readonly uri: vscode.Uri; readonly message: string }
    | { readonly kind: 'open'; readonly uri: vscode.Uri; readonly checkpoint: Checkpoint; readonly plan: Plan };
}

/** Resolved policies by document; tree view, dashboard and commands all read the same one. */
export interface PolicyStates extends Disposes {
  of(uri: vscode.Uri): Promise<PolicyState>;
  /** The policy the user is at: the active editor's, else the one looked at last. */
  readonly current: vscode.Uri | undefined;
  /** Fires when a policy's text or checkpoint changed, or another became current. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

/** Wait after the last keystroke before views are drawn anew. */
const SETTLE_MS = 150;

export function createPolicyStates(checkpoints: Checkpoints): PolicyStates {
  const cache = new Map<string, { readonly version: number; readonly state: Promise<PolicyState> }>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let current: vscode.Uri | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let matches: Promise<MatchCache> | undefined;

  const look = (editor: vscode.TextEditor | undefined): void => {
    if (!editor || !isPolicy(editor.document) || editor.document.uri.toString() === current?.toString()) return;
    current = editor.document.uri;
    changed.fire(current);
  };
  const edited = (document: vscode.TextDocument): void => {
    if (!isPolicy(document)) return;
    // Others may extend it.
    cache.clear();
    clearTimeout(timer);
    timer = setTimeout(() => changed.fire(document.uri), SETTLE_MS);
  };
  const checkpointChanged = (): void => {
    cache.clear();
    if (current) changed.fire(current);
  };
  look(vscode.window.activeTextEditor);
  const subscriptions = [
    vscode.window.onDidChangeActiveTextEditor(look),
    vscode.workspace.onDidChangeTextDocument((event) => edited(event.document)),
    vscode.workspace.onDidCloseTextDocument((document) => cache.delete(document.uri.toString())),
    checkpoints.onDidChange(checkpointChanged),
  ];

  return {
    async of(uri) {
      const document = await vscode.workspace.openTextDocument(uri);
      const known = cache.get(uri.toString());
      if (known?.version === document.version) return known.state;
      matches ??= import('./policy-core').then(({ createMatchCache }) => createMatchCache());
      const state = readState(document, checkpoints, matches);
      cache.set(uri.toString(), { version: document.version, state });
      const settled = await state;
      // A checkpoint that could not be opened is tried again next time.
      if (settled.checkpoint.kind === 'failed') cache.delete(uri.toString());
      return settled;
    },
    get current() {
      return current;
    },
    onDidChange: changed.event,
    dispose: () => {
      clearTimeout(timer);
      for (const each of [changed, ...subscriptions]) each.dispose();
    },
  };
}

/** A policy that another one extends, as the editor has it. */
const readBase: ReadBase = async (written, from) => {
  const uri = resolveReference(vscode.Uri.parse(from, true), written);
  const document = await vscode.workspace.openTextDocument(uri);
  return { id: uri.toString(), text: document.getText() };
};

async function readState(
  document: vscode.TextDocument,
  checkpoints: Checkpoints,
  matches: Promise<MatchCache>,
): Promise<PolicyState> {
  const { uri, version } = document;
  const text = document.getText();
  const { BUILT_IN_FORMATS, extendPolicy, parsePolicy, resolve } = await import('./policy-core');
  const own = parsePolicy(text, BUILT_IN_FORMATS);
  const { policy, findings } = await extendPolicy(text, uri.toString(), own, BUILT_IN_FORMATS, readBase);
  const base = { uri, text, version, policy };
  if (!policy.checkpoint) return { ...base, findings, checkpoint: { kind: 'none' } };
  const place = resolveReference(uri, policy.checkpoint.value);
  try {
    const checkpoint = await checkpoints.open(place);
    const plan = resolve(policy, checkpoint.tree, BUILT_IN_FORMATS, await matches);
    return {
      ...base,
      findings: [...findings, ...plan.findings],
      checkpoint: { kind: 'open', uri: place, checkpoint, plan },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...base, findings, checkpoint: { kind: 'failed', uri: place, message } };
  }
}
