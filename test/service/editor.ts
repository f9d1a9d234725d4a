import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentSymbol,
  Position,
  TextEdit,
} from 'vscode-languageserver-types';
import type { Checkpoint } from '../../extension/core/checkpoint/checkpoint';
import type { TensorTree } from '../../extension/core/checkpoint/tensor';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { NEVER_CANCELLED } from '../../extension/service/cancellation';
import { createLanguageService, type LanguageService } from '../../extension/service/language-service';
import { DEFAULT_SETTINGS } from '../../extension/service/settings';
import type { DirectoryEntry, Workspace } from '../../extension/service/workspace';
import { llamaRows, treeOf } from '../core/resolve/model-names';

/** Six layers of a small Llama, 10.5 MB of BF16. */
export const LLAMA = treeOf(llamaRows());

export function checkpointOf(tree: TensorTree, more: Partial<Checkpoint> = {}): Checkpoint {
  const files = [{ file: 'model.safetensors', size: tree.bytes + 1000, metadata: new Map<string, string>() }];
  return { name: 'model', tree, config: undefined, files, index: undefined, warnings: [], ...more };
}

/** A workspace in memory: checkpoints and folders by URI. */
export interface MemoryWorkspace extends Workspace {
  readonly open: Map<string, TextDocument>;
  readonly checkpoints: Map<string, Checkpoint>;
  readonly folders: Map<string, readonly DirectoryEntry[]>;
  /** Texts on disk by URI; those of policies are in the workspace. */
  readonly texts: Map<string, string>;
  /** Replaces a checkpoint on disk and tells who listens. */
  change(uri: string, checkpoint: Checkpoint): void;
}

export function memoryWorkspace(checkpoint: Checkpoint = checkpointOf(LLAMA)): MemoryWorkspace {
  const open = new Map<string, TextDocument>();
  const checkpoints = new Map([['file:///home/me/model', checkpoint]]);
  const folders = new Map<string, readonly DirectoryEntry[]>();
  const texts = new Map<string, string>();
  const listeners = new Set<(uri: string) => void>();
  return {
    open,
    checkpoints,
    folders,
    texts,
    settings: () => DEFAULT_SETTINGS,
    readText(uri) {
      const text = texts.get(uri);
      return text === undefined ? Promise.reject(new Error(`${uri}: no such file`)) : Promise.resolve(text);
    },
    policyFiles: () => Promise.resolve([...texts.keys()].filter((uri) => uri.endsWith('.dtype.yaml'))),
    root: 'file:///home/me',
    documents: () => open.values(),
    openCheckpoint(uri) {
      const found = checkpoints.get(uri);
      return found ? Promise.resolve(found) : Promise.reject(new Error(`${uri}: no such file or folder`));
    },
    onCheckpointChanged(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    readDirectory(uri) {
      const entries = folders.get(uri);
      return entries ? Promise.resolve(entries) : Promise.reject(new Error(`${uri}: no such folder`));
    },
    change(uri, changed) {
      checkpoints.set(uri, changed);
      for (const listener of listeners) listener(uri);
    },
  };
}

/** A policy in an editor, at the bar in its text. */
export interface Editor {
  readonly service: LanguageService;
  readonly document: TextDocument;
  /** The bar. */
  readonly position: Position;
  completions(options?: { readonly snippets?: boolean; readonly trigger?: string }): Promise<CompletionList>;
  /** Proposals as a user sees them in the list: `label  detail`. */
  proposed(): Promise<readonly string[]>;
  /** The text after one proposal was accepted. */
  accept(label: string): Promise<string>;
  /** With `pictures` as in an editor that draws them. */
  hover(pictures?: boolean): Promise<string | undefined>;
  /** What the list shows beside a proposal when it is looked at. */
  documentation(label: string): Promise<string | undefined>;
  /** Text that the hover is about. */
  hovered(): Promise<string | undefined>;
  diagnostics(): Promise<readonly Diagnostic[]>;
  /** Quick fixes at the bar. */
  fixes(): Promise<readonly CodeAction[]>;
  /** The text after the fix with this title. */
  fixed(title: string): Promise<string>;
  fixAll(): Promise<string>;
  /** The text with its rules compacted, or why that was refused; undefined where the action is not offered. */
  compacted(): Promise<string | undefined>;
  lenses(): Promise<readonly CodeLens[]>;
  symbols(): readonly DocumentSymbol[];
}

/** Opens a policy with a bar where the cursor is (at the start when there is none). */
export function edit(marked: string, workspace = memoryWorkspace(), uri = 'file:///home/me/p.dtype.yaml'): Editor {
  const bar = marked.indexOf('|');
  const text = bar < 0 ? marked : marked.slice(0, bar) + marked.slice(bar + 1);
  const document = TextDocument.create(uri, 'dtype-policy', 1, text);
  workspace.open.set(document.uri, document);
  const service = createLanguageService(workspace, BUILT_IN_FORMATS);
  const position = document.positionAt(Math.max(0, bar));
  const completions: Editor['completions'] = ({ snippets = false, trigger } = {}) =>
    service.complete(document, position, { snippets, trigger }, NEVER_CANCELLED);
  const actions = (only?: string[]): Promise<readonly CodeAction[]> => {
    const range = { start: position, end: position };
    const options = { documentChanges: false, resolvesEdits: true };
    return service.codeActions(document, range, { diagnostics: [], only }, options, NEVER_CANCELLED);
  };
  const after = (action: CodeAction | undefined): string => {
    if (!action) throw new Error('there is no such action');
    return TextDocument.applyEdits(document, action.edit?.changes?.[document.uri] ?? []);
  };
  return {
    service,
    document,
    position,
    completions,
    async proposed() {
      const { items } = await completions();
      return items.map(({ label, detail }) => (detail === undefined ? label : `${label}  ${detail}`));
    },
    async accept(label) {
      const { items } = await completions();
      return TextDocument.applyEdits(document, [editOf(items, label)]);
    },
    async documentation(label) {
      const found = (await completions()).items.find((item) => item.label === label);
      const resolved = found && (await service.resolveCompletion(found));
      return (resolved?.documentation as { readonly value: string } | undefined)?.value;
    },
    async hover(pictures = false) {
      const found = await service.hover(document, position, { pictures }, NEVER_CANCELLED);
      return found && (found.contents as { readonly value: string }).value;
    },
    async hovered() {
      const found = await service.hover(document, position, { pictures: false }, NEVER_CANCELLED);
      return found?.range && document.getText(found.range);
    },
    diagnostics: () =>
      service.diagnose(document, { rulePages: 'https://example.org/', relatedInformation: true }, NEVER_CANCELLED),
    fixes: () => actions(['quickfix']),
    async fixed(title) {
      return after((await actions(['quickfix'])).find((action) => action.title === title));
    },
    async fixAll() {
      return after((await actions(['source.fixAll']))[0]);
    },
    async compacted() {
      const [action] = await actions(['refactor.rewrite']);
      const resolved = action && (await service.resolveCodeAction(action, { documentChanges: false }));
      return resolved?.kind === 'refused' ? resolved.reason : resolved && after(resolved.action);
    },
    lenses: () => service.codeLenses(document, NEVER_CANCELLED),
    symbols: () => service.documentSymbols(document),
  };
}

function editOf(items: readonly CompletionItem[], label: string): TextEdit {
  const edit = items.find((item) => item.label === label)?.textEdit;
  if (!edit || !('range' in edit))
    throw new Error(`${label} is not among ${items.map((item) => item.label).join(', ')}`);
  return edit;
}
