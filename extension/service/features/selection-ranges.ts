import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position, SelectionRange } from 'vscode-languageserver-types';
import type { SyntaxPath } from '../../core/policy/locate';
import type { TextRange } from '../../core/policy/range';
import type { ScalarNode, SyntaxNode } from '../../core/policy/syntax';
import { globParts, segmentAround } from '../glob-parts';
import { toRange } from '../positions';
import type { ServiceContext } from '../service-context';
import { holds, insideQuotes } from '../syntax-walk';

/** What "expand selection" takes at each position: a segment of a pattern, the pattern, its list, the rule, and so on. */
export function selectionRanges(
  document: TextDocument,
  positions: readonly Position[],
  { analyses }: ServiceContext,
): readonly SelectionRange[] {
  const { document: text, syntax } = analyses.snapshot(document);
  const source = text.getText();
  return positions.map((position) => {
    const offset = text.offsetAt(position);
    const ranges = [{ start: 0, end: source.length }];
    if (syntax.root) ranges.push(...around(syntax.root, [], offset, source));
    let chosen: SelectionRange | undefined;
    for (const range of nested(ranges, offset)) {
      chosen = { range: toRange(text, range), ...(chosen ? { parent: chosen } : {}) };
    }
    return chosen!;
  });
}

/** Those that hold the offset, each inside the one before it and smaller. */
function nested(ranges: readonly TextRange[], offset: number): readonly TextRange[] {
  const kept: TextRange[] = [];
  for (const range of ranges) {
    const outer = kept.at(-1);
    const isInside = !outer || (outer.start <= range.start && range.end <= outer.end);
    const isSame = outer?.start === range.start && outer.end === range.end;
    if (holds(range, offset) && isInside && !isSame) kept.push(range);
  }
  return kept;
}

/** From the outside in. */
function around(node: SyntaxNode, path: SyntaxPath, offset: number, source: string): readonly TextRange[] {
  if (!holds(node.range, offset)) return [];
  switch (node.kind) {
    case 'empty':
      return [];
    case 'scalar':
      return [node.range, insideQuotes(node), ...parts(node, path, offset, source)];
    case 'list': {
      const at = node.items.findIndex(({ range }) => holds(range, offset));
      const item = node.items[at];
      return [node.range, ...(item ? around(item, [...path, at], offset, source) : [])];
    }
    case 'map': {
      const entry = node.entries.find(({ key, value }) =>
        holds({ start: key.range.start, end: Math.max(key.range.end, value?.range.end ?? 0) }, offset),
      );
      if (!entry) return [node.range];
      const { key, value } = entry;
      const whole = { start: key.range.start, end: Math.max(key.range.end, value?.range.end ?? 0) };
      if (holds(key.range, offset)) return [node.range, whole, key.range];
      return [node.range, whole, ...(value ? around(value, [...path, key.text], offset, source) : [])];
    }
  }
}

/** Inside a pattern: the segment, and one of the words in its braces. */
function parts(node: ScalarNode, path: SyntaxPath, offset: number, source: string): readonly TextRange[] {
  if (!path.includes('match') && !path.includes('except')) return [];
  const { start, end } = insideQuotes(node);
  const written = source.slice(start, end);
  if (written !== node.text || written.startsWith('/')) return [];
  const shifted = (range: TextRange): TextRange => ({ start: start + range.start, end: start + range.end });
  const capture = globParts(written).find((part) => part.kind === 'capture' && holds(shifted(part), offset));
  return [shifted(segmentAround(written, offset - start)), ...(capture ? [shifted(capture)] : [])];
}
