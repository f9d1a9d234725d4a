import type { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeAction,
  CodeActionContext,
  CodeLens,
  CompletionItem,
  CompletionList,
  Diagnostic,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  FormattingOptions,
  Hover,
  InlayHint,
  Location,
  LocationLink,
  Position,
  Range,
  SelectionRange,
  SemanticTokens,
  TextEdit,
} from 'vscode-languageserver-types';
import type { FormatTable } from '../core/formats/format-table';
import { createSyntaxCache } from '../core/policy/syntax-tree';
import { createMatchCache } from '../core/resolve/match-cache';
import { createAnalyses, type Snapshot } from './analysis';
import type { Cancellation } from './cancellation';
import { createFamilyMerges } from './family-merges';
import { codeActions, type CodeActionOptions } from './features/code-actions';
import { codeLenses } from './features/code-lenses';
import { resolveCompactAction, type ResolvedAction } from './features/compact-action';
import { complete, type CompletionOptions } from './features/completion';
import { resolveCompletion } from './features/completion/resolve';
import { definition, type DefinitionOptions } from './features/definition';
import { diagnose, type DiagnosticOptions } from './features/diagnostics';
import { documentLinks } from './features/document-links';
import { documentSymbols } from './features/document-symbols';
import { foldingRanges } from './features/folding-ranges';
import { format } from './features/formatting';
import { hover, type HoverOptions } from './features/hover';
import { inlayHints } from './features/inlay-hints';
import { references } from './features/references';
import { prepareRename, rename, type Renaming } from './features/rename';
import { selectionRanges } from './features/selection-ranges';
import { semanticTokens } from './features/semantic-tokens';
import { allPolicies, baseUris } from './policies';
import type { ServiceContext } from './service-context';
import { createTensorIndexes } from './tensor-index';
import { checkpointOfTree, createTensorPlaces, treeText } from './tensor-places';
import type { Subscription, Workspace } from './workspace';

/** URIs of files that the answers about open policies depend on. */
export interface LinkedFiles {
  readonly checkpoints: readonly string[];
  /** Policies that are extended. */
  readonly policies: readonly string[];
}

/**
 * Everything an editor can ask about a dtype policy. Positions are those of the protocol: lines from 0, columns in
 * UTF-16 units. Answers are about the version of the document at the time of the call; they wait for the headers
 * of its checkpoint, and a checkpoint that can't be opened is a finding, never an error. A cancelled call
 * answers with nothing.
 */
export interface LanguageService {
  /** Keys, dtypes, patterns, layers, scales and paths that could be typed at a position. */
  complete(
    document: TextDocument,
    position: Position,
    options: CompletionOptions,
    cancellation: Cancellation,
  ): Promise<CompletionList>;

  /** A proposal that the user looks at, with what there is to say about it. */
  resolveCompletion(item: CompletionItem): Promise<CompletionItem>;

  /** What the word at a position means, and what it does to this checkpoint. */
  hover(
    document: TextDocument,
    position: Position,
    options: HoverOptions,
    cancellation: Cancellation,
  ): Promise<Hover | undefined>;

  /** All findings. */
  diagnose(
    document: TextDocument,
    options: DiagnosticOptions,
    cancellation: Cancellation,
  ): Promise<readonly Diagnostic[]>;

  /** Quick fixes of the findings in a range, `source.fixAll` when `context.only` asks for it, and `refactor.rewrite`. */
  codeActions(
    document: TextDocument,
    range: Range,
    context: CodeActionContext,
    options: CodeActionOptions,
    cancellation: Cancellation,
  ): Promise<readonly CodeAction[]>;

  /** An action that was chosen, with its edit. */
  resolveCodeAction(action: CodeAction, options: { readonly documentChanges: boolean }): Promise<ResolvedAction>;

  /** What each rule does and what the policy saves; nothing without an open checkpoint. */
  codeLenses(document: TextDocument, cancellation: Cancellation): Promise<readonly CodeLens[]>;

  /** The outline, from the text alone. */
  documentSymbols(document: TextDocument): readonly DocumentSymbol[];

  /** What each rule does, behind its dtype, as far as the settings want it said. */
  inlayHints(document: TextDocument, range: Range, cancellation: Cancellation): Promise<readonly InlayHint[]>;

  /** Kinds of words, of a range or of the whole text; the legend is in `features/semantic-tokens`. */
  semanticTokens(document: TextDocument, range: Range | undefined, cancellation: Cancellation): Promise<SemanticTokens>;

  /** From the text alone, as selection ranges are. */
  foldingRanges(document: TextDocument): readonly FoldingRange[];

  selectionRanges(document: TextDocument, positions: readonly Position[]): readonly SelectionRange[];

  /** Where a tensor, a format of one's own or a file is to be found. */
  definition(
    document: TextDocument,
    position: Position,
    options: DefinitionOptions,
    cancellation: Cancellation,
  ): Promise<readonly LocationLink[]>;

  /** Patterns that touch the same tensors, or uses of a format of one's own. */
  references(
    document: TextDocument,
    position: Position,
    context: { readonly includeDeclaration: boolean },
    cancellation: Cancellation,
  ): Promise<readonly Location[]>;

  /** Range and name of what could be renamed at a position. */
  prepareRename(
    document: TextDocument,
    position: Position,
  ): Promise<{ readonly range: Range; readonly placeholder: string } | undefined>;

  rename(
    document: TextDocument,
    position: Position,
    newName: string,
    options: { readonly documentChanges: boolean },
  ): Promise<Renaming>;

  /** Paths and addresses that can be followed. */
  documentLinks(document: TextDocument, cancellation: Cancellation): Promise<readonly DocumentLink[]>;

  /** Edits that lay out the lines of a range, or the whole text, and change no meaning. */
  format(
    document: TextDocument,
    range: Range | undefined,
    options: Pick<FormattingOptions, 'tabSize'>,
  ): readonly TextEdit[];

  /** The list of tensors that `definition` led to; undefined for a URI that is none. */
  tensorList(uri: string): Promise<string | undefined>;

  /** Policies of the workspace that are not open, as texts to ask about. */
  closedPolicies(): Promise<readonly TextDocument[]>;

  /** What open policies are made from beside their own text, for watching it. */
  linkedFiles(): Promise<LinkedFiles>;

  /**
   * To be told when the text of a policy changed: forgets what is known of the open policies that extend it, and
   * says which these are.
   */
  policyChanged(uri: string): Promise<readonly TextDocument[]>;

  /** Fires with the open policies whose findings may be others now, because their checkpoint changed. */
  onStale(listener: (documents: readonly TextDocument[]) => void): Subscription;

  /** Forgets what is known of a closed document. */
  forget(uri: string): void;
}

/** Makes the language service of one host. Holds caches, so one is enough. */
export function createLanguageService(workspace: Workspace, formats: FormatTable): LanguageService {
  const matches = createMatchCache();
  const syntax = createSyntaxCache();
  const analyses = createAnalyses(workspace, formats, matches, syntax);
  const context: ServiceContext = {
    workspace,
    formats,
    analyses,
    matches,
    syntax,
    indexOf: createTensorIndexes((tree) => matches.index(tree)),
    placesOf: createTensorPlaces(workspace),
    mergesOf: createFamilyMerges(),
  };
  /** Nothing for a text that can't be read at all: it must not keep the others from being looked after. */
  const known = (document: TextDocument): Snapshot | undefined => {
    try {
      return analyses.snapshot(document);
    } catch {
      return undefined;
    }
  };
  const openSnapshots = (): readonly Snapshot[] =>
    [...workspace.documents()].flatMap((document) => known(document) ?? []);
  return {
    complete: (document, position, options, cancellation) =>
      complete(document, position, options, cancellation, context),
    resolveCompletion: (item) => resolveCompletion(item, context),
    hover: (document, position, options, cancellation) => hover(document, position, options, cancellation, context),
    diagnose: (document, options, cancellation) => diagnose(document, options, cancellation, context),
    codeActions: (document, range, request, options, cancellation) =>
      codeActions(document, range, request, options, cancellation, context),
    resolveCodeAction: (action, options) => resolveCompactAction(action, options, context),
    codeLenses: (document, cancellation) => codeLenses(document, cancellation, context),
    documentSymbols: (document) => documentSymbols(document, context),
    inlayHints: (document, range, cancellation) => inlayHints(document, range, cancellation, context),
    semanticTokens: (document, range, cancellation) => semanticTokens(document, range, cancellation, context),
    foldingRanges: (document) => foldingRanges(document, context),
    selectionRanges: (document, positions) => selectionRanges(document, positions, context),
    definition: (document, position, options, cancellation) =>
      definition(document, position, options, cancellation, context),
    references: (document, position, request, cancellation) =>
      references(document, position, request, cancellation, context),
    prepareRename: (document, position) => prepareRename(document, position, context),
    rename: (document, position, newName, options) => rename(document, position, newName, options, context),
    documentLinks: (document, cancellation) => documentLinks(document, cancellation, context),
    format: (document, range, options) => format(document, range, options, context),
    async tensorList(uri) {
      const checkpoint = checkpointOfTree(uri);
      return checkpoint === undefined ? undefined : treeText((await workspace.openCheckpoint(checkpoint)).tree);
    },
    closedPolicies: async () =>
      (await allPolicies(context)).filter(({ open }) => !open).map(({ document }) => document),
    async linkedFiles() {
      const snapshots = openSnapshots();
      const bases = await Promise.all(snapshots.map((snapshot) => baseUris(snapshot, context)));
      return {
        checkpoints: snapshots.flatMap(({ checkpointUri }) => checkpointUri ?? []),
        policies: bases.flat(),
      };
    },
    async policyChanged(uri) {
      const stale: TextDocument[] = [];
      for (const document of workspace.documents()) {
        const snapshot = known(document);
        if (!snapshot || !(await baseUris(snapshot, context)).includes(uri)) continue;
        analyses.forget(document.uri);
        stale.push(document);
      }
      return stale;
    },
    onStale: (listener) =>
      workspace.onCheckpointChanged((uri) => {
        const stale = [...workspace.documents()].filter((document) => known(document)?.checkpointUri === uri);
        if (stale.length > 0) listener(stale);
      }),
    forget: (uri) => analyses.forget(uri),
  };
}
