import type { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeAction,
  CodeActionContext,
  CodeLens,
  CompletionList,
  Diagnostic,
  DocumentSymbol,
  Hover,
  Position,
  Range,
} from 'vscode-languageserver-types';
import type { FormatTable } from '../core/formats/format-table';
import { createMatchCache } from '../core/resolve/match-cache';
import { createAnalyses } from './analysis';
import type { Cancellation } from './cancellation';
import { createFamilyMerges } from './family-merges';
import { codeActions, type CodeActionOptions } from './features/code-actions';
import { codeLenses } from './features/code-lenses';
import { complete, type CompletionOptions } from './features/completion';
import { diagnose, type DiagnosticOptions } from './features/diagnostics';
import { documentSymbols } from './features/document-symbols';
import { hover } from './features/hover';
import type { ServiceContext } from './service-context';
import { createTensorIndexes } from './tensor-index';
import type { Subscription, Workspace } from './workspace';

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

  /** What the word at a position means, and what it does to this checkpoint. */
  hover(document: TextDocument, position: Position, cancellation: Cancellation): Promise<Hover | undefined>;

  /** All findings. */
  diagnose(
    document: TextDocument,
    options: DiagnosticOptions,
    cancellation: Cancellation,
  ): Promise<readonly Diagnostic[]>;

  /** Quick fixes of the findings in a range; `source.fixAll` when `context.only` asks for it. */
  codeActions(
    document: TextDocument,
    range: Range,
    context: CodeActionContext,
    options: CodeActionOptions,
    cancellation: Cancellation,
  ): Promise<readonly CodeAction[]>;

  /** What each rule does and what the policy saves; nothing without an open checkpoint. */
  codeLenses(document: TextDocument, cancellation: Cancellation): Promise<readonly CodeLens[]>;

  /** The outline, from the text alone. */
  documentSymbols(document: TextDocument): readonly DocumentSymbol[];

  /** URI of the checkpoint that a policy names, for watching its files. */
  checkpointUri(document: TextDocument): string | undefined;

  /** Fires with the open policies whose findings may be others now, because their checkpoint changed. */
  onStale(listener: (documents: readonly TextDocument[]) => void): Subscription;

  /** Forgets what is known of a closed document. */
  forget(uri: string): void;
}

/** Makes the language service of one host. Holds caches, so one is enough. */
export function createLanguageService(workspace: Workspace, formats: FormatTable): LanguageService {
  const matches = createMatchCache();
  const analyses = createAnalyses(workspace, formats, matches);
  const context: ServiceContext = {
    workspace,
    formats,
    analyses,
    matches,
    indexOf: createTensorIndexes(),
    mergesOf: createFamilyMerges(),
  };
  return {
    complete: (document, position, options, cancellation) =>
      complete(document, position, options, cancellation, context),
    hover: (document, position, cancellation) => hover(document, position, cancellation, context),
    diagnose: (document, options, cancellation) => diagnose(document, options, cancellation, context),
    codeActions: (document, range, request, options, cancellation) =>
      codeActions(document, range, request, options, cancellation, context),
    codeLenses: (document, cancellation) => codeLenses(document, cancellation, context),
    documentSymbols: (document) => documentSymbols(document, context),
    checkpointUri: (document) => analyses.snapshot(document).checkpointUri,
    onStale: (listener) =>
      workspace.onCheckpointChanged((uri) => {
        const stale = [...workspace.documents()].filter(
          (document) => analyses.snapshot(document).checkpointUri === uri,
        );
        if (stale.length > 0) listener(stale);
      }),
    forget: (uri) => analyses.forget(uri),
  };
}
