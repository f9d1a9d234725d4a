import type { Finding } from './finding';
import type { TextRange } from './range';
import type { SyntaxNode } from './syntax';

/** A tree that was read from a part of a text, with the offsets of the whole. */
export function shiftNode(node: SyntaxNode, by: number): SyntaxNode {
  const range = shiftRange(node.range, by);
  switch (node.kind) {
    case 'scalar':
    case 'empty':
      return { ...node, range };
    case 'list':
      return { ...node, range, items: node.items.map((item) => shiftNode(item, by)) };
    case 'map':
      return {
        ...node,
        range,
        entries: node.entries.map(({ key, value }) => ({
          key: { ...key, range: shiftRange(key.range, by) },
          value: value && shiftNode(value, by),
        })),
      };
  }
}

/** A finding of a part of a text, with the offsets of the whole. */
export function shiftFinding(found: Finding, by: number): Finding {
  const fixes = found.fixes.map((fix) => ({
    ...fix,
    edits: fix.edits.map(({ range, text }) => ({ range: shiftRange(range, by), text })),
  }));
  return { ...found, range: shiftRange(found.range, by), fixes };
}

function shiftRange({ start, end }: TextRange, by: number): TextRange {
  return { start: start + by, end: end + by };
}
