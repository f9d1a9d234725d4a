import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FormattingOptions, Range, TextEdit } from 'vscode-languageserver-types';
import type { SyntaxNode } from '../../core/policy/syntax';
import { readSyntax } from '../../core/policy/syntax-tree';
import { layOut, type SpaceEdit } from '../format/layout';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';

/** Columns a level may take. */
const STEPS = { least: 2, most: 8 } as const;

/**
 * Edits that lay out the lines of a range, or the whole policy. Comments stay, and so does the meaning: edits are
 * made of space alone, and they are not given out when YAML would read the result as anything else. A text with
 * errors is left as it is.
 */
export function format(
  document: TextDocument,
  range: Range | undefined,
  { tabSize }: Pick<FormattingOptions, 'tabSize'>,
  { analyses }: ServiceContext,
): readonly TextEdit[] {
  const { document: text, syntax } = analyses.snapshot(document);
  if (syntax.findings.some(({ code }) => code === 'syntax' || code === 'too-large')) return [];
  const source = text.getText();
  const step = Math.min(STEPS.most, Math.max(STEPS.least, Math.floor(tabSize) || STEPS.least));
  const all = layOut(source, step) ?? [];
  const edits = range ? all.filter((edit) => touches(edit, wholeLines(text, range))) : all;
  if (edits.length === 0 || !readsTheSame(source, applied(source, edits))) return [];
  return edits.map((edit): TextEdit => ({ range: toRange(text, edit.range), newText: edit.text }));
}

function wholeLines(text: TextDocument, { start, end }: Range): { readonly start: number; readonly end: number } {
  return {
    start: text.offsetAt({ line: start.line, character: 0 }),
    end: text.offsetAt({ line: end.line + 1, character: 0 }),
  };
}

/** Space before a line belongs to it; what follows the last line does not. */
function touches({ range }: SpaceEdit, lines: { readonly start: number; readonly end: number }): boolean {
  return range.end >= lines.start && range.end < Math.max(lines.end, lines.start + 1);
}

function applied(text: string, edits: readonly SpaceEdit[]): string {
  let result = '';
  let at = 0;
  for (const { range, text: space } of edits) {
    result += text.slice(at, range.start) + space;
    at = range.end;
  }
  return result + text.slice(at);
}

/** Whether two texts hold the same keys and values in the same order, without new complaints of YAML. */
function readsTheSame(before: string, after: string): boolean {
  const [one, other] = [readSyntax(before), readSyntax(after)];
  return other.findings.length <= one.findings.length && sameNode(one.root, other.root);
}

function sameNode(one: SyntaxNode | undefined, other: SyntaxNode | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  switch (one.kind) {
    case 'empty':
      return other.kind === 'empty';
    case 'scalar':
      return other.kind === 'scalar' && one.text === other.text && one.style === other.style;
    case 'list':
      return (
        other.kind === 'list' &&
        one.items.length === other.items.length &&
        one.items.every((item, at) => sameNode(item, other.items[at]))
      );
    case 'map':
      return (
        other.kind === 'map' &&
        one.entries.length === other.entries.length &&
        one.entries.every((entry, at) => {
          const twin = other.entries[at]!;
          return entry.key.text === twin.key.text && sameNode(entry.value, twin.value);
        })
      );
  }
}
