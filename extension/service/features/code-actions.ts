import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  CodeActionKind,
  type CodeAction,
  type CodeActionContext,
  type Diagnostic,
  type Range,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver-types';
import { preferredEdits } from '../../core/policy/apply-fixes';
import type { Finding, Fix } from '../../core/policy/finding';
import { withLevels } from '../../core/policy/severities';
import type { Analysis } from '../analysis';
import type { Cancellation } from '../cancellation';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';
import { compactAction, COMPACT_RULES } from './compact-action';
import { SOURCE } from './diagnostics';

export interface CodeActionOptions {
  /** Whether the editor takes edits for one version of a document. */
  readonly documentChanges: boolean;
  /** Whether it asks for the edit of an action when somebody chooses it. */
  readonly resolvesEdits: boolean;
}

/** All fixes that may be made without asking, in one edit. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.downcast`;

export const CODE_ACTION_KINDS: readonly string[] = [CodeActionKind.QuickFix, FIX_ALL, COMPACT_RULES];

/**
 * Fixes of the findings in a range, on request the one edit that makes all preferred fixes, and among the rules the
 * action that writes them anew.
 */
export async function codeActions(
  document: TextDocument,
  range: Range,
  { only, diagnostics }: CodeActionContext,
  options: CodeActionOptions,
  cancellation: Cancellation,
  context: ServiceContext,
): Promise<readonly CodeAction[]> {
  const analysis = await context.analyses.of(document);
  if (cancellation.isCancellationRequested) return [];
  const { document: text } = analysis.snapshot;
  const asked = { start: text.offsetAt(range.start), end: text.offsetAt(range.end) };
  const isAsked = (kind: string): boolean => only === undefined || only.some((each) => isWithin(kind, each));
  const findings = withLevels(analysis.findings, context.workspace.settings().findings);
  const here = findings.filter((found) => found.range.start <= asked.end && asked.start <= found.range.end);
  const quick = isAsked(CodeActionKind.QuickFix)
    ? here.flatMap((found) => quickFixes(found, analysis, diagnostics, options))
    : [];
  // Offered on request only (on save, or from the menu of source actions), as editors expect of `source.*`.
  const all = only !== undefined && isAsked(FIX_ALL) ? fixAll(findings, analysis, options) : [];
  const rewrite = options.resolvesEdits && isAsked(COMPACT_RULES) ? compactAction(analysis, asked) : [];
  return [...quick, ...all, ...rewrite];
}

/** Kinds are hierarchies with dots: `source.fixAll.downcast` is a `source.fixAll`. */
function isWithin(kind: string, wanted: string): boolean {
  return kind === wanted || kind.startsWith(`${wanted}.`);
}

function quickFixes(
  found: Finding,
  analysis: Analysis,
  diagnostics: readonly Diagnostic[],
  options: CodeActionOptions,
): readonly CodeAction[] {
  const range = toRange(analysis.snapshot.document, found.range);
  const settled = diagnostics.filter(
    (each) => each.source === SOURCE && each.code === found.code && sameRange(each.range, range),
  );
  return found.fixes.map((fix) => ({
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: settled,
    isPreferred: fix.preferred,
    edit: toEdit(fix.edits, analysis, options),
  }));
}

function fixAll(findings: readonly Finding[], analysis: Analysis, options: CodeActionOptions): readonly CodeAction[] {
  const edits = preferredEdits(findings);
  if (edits.length === 0) return [];
  return [{ title: 'Fix all that can be fixed', kind: FIX_ALL, edit: toEdit(edits, analysis, options) }];
}

function sameRange(a: Range, b: Range): boolean {
  const ends = (range: Range): string => [range.start, range.end].map((at) => `${at.line}:${at.character}`).join();
  return ends(a) === ends(b);
}

function toEdit(edits: Fix['edits'], { snapshot }: Analysis, { documentChanges }: CodeActionOptions): WorkspaceEdit {
  const { document } = snapshot;
  const changes = edits.map(({ range, text }): TextEdit => ({ range: toRange(document, range), newText: text }));
  if (!documentChanges) return { changes: { [document.uri]: changes } };
  return { documentChanges: [{ textDocument: { uri: document.uri, version: document.version }, edits: changes }] };
}
