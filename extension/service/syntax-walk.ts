import type { SyntaxPath } from '../core/policy/locate';
import type { TextRange } from '../core/policy/range';
import type { ScalarNode, SyntaxNode } from '../core/policy/syntax';

/** A node of a policy where it is written: what an alias repeats is not visited again. */
export interface Visited {
  readonly node: SyntaxNode;
  /** Keys and list positions from the root; of the mapping for a key. */
  readonly path: SyntaxPath;
  readonly kind: 'key' | 'value';
}

/** Calls `visit` with every key and value, each at most once, parents first. */
export function walkSyntax(root: SyntaxNode | undefined, visit: (visited: Visited) => void): void {
  const seen = new Set<SyntaxNode>();
  const walk = (node: SyntaxNode, path: SyntaxPath): void => {
    if (seen.has(node)) return;
    seen.add(node);
    visit({ node, path, kind: 'value' });
    if (node.kind === 'list') node.items.forEach((item, at) => walk(item, [...path, at]));
    if (node.kind !== 'map') return;
    for (const { key, value } of node.entries) {
      if (!seen.has(key)) visit({ node: key, path, kind: 'key' });
      seen.add(key);
      if (value) walk(value, [...path, key.text]);
    }
  };
  if (root) walk(root, []);
}

/** Scalars that are values, with their paths. */
export function scalarValues(root: SyntaxNode | undefined): readonly { node: ScalarNode; path: SyntaxPath }[] {
  const found: { node: ScalarNode; path: SyntaxPath }[] = [];
  walkSyntax(root, ({ node, path, kind }) => {
    if (kind === 'value' && node.kind === 'scalar') found.push({ node, path });
  });
  return found;
}

/** The nodes around an offset, from the root to the innermost one; ends count as inside. */
export function nodesAround(root: SyntaxNode | undefined, offset: number): readonly Visited[] {
  const around: Visited[] = [];
  walkSyntax(root, (visited) => {
    if (holds(visited.node.range, offset)) around.push(visited);
  });
  return around;
}

export function holds({ start, end }: TextRange, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** Where a scalar's text stands, without its quotes. */
export function insideQuotes({ style, range }: ScalarNode): TextRange {
  if (style !== 'single' && style !== 'double') return range;
  const closed = range.end - range.start >= 2;
  return { start: range.start + 1, end: closed ? range.end - 1 : range.end };
}

/** The scalar that the root mapping has under `key`; undefined for anything else. */
export function rootScalar(root: SyntaxNode | undefined, key: string): ScalarNode | undefined {
  if (root?.kind !== 'map') return undefined;
  const value = root.entries.find((entry) => entry.key.text === key)?.value;
  return value?.kind === 'scalar' ? value : undefined;
}
