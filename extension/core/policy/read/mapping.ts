import { finding } from '../finding';
import type { KeySpec } from '../keys';
import { anyOf, nearest } from '../nearest';
import type { TextRange } from '../range';
import type { MapNode, ScalarNode, SyntaxNode } from '../syntax';
import { quoted, reportError, respellings, type Reader } from './reader';

/** The known keys of one mapping, each at most once. */
export interface Entries {
  readonly range: TextRange;
  value(key: string): SyntaxNode | undefined;
  /** Where the key itself stands. */
  key(key: string): TextRange | undefined;
}

/**
 * Sorts the entries of a mapping by key. Unknown keys are errors with the nearest known one, a second entry of
 * a key is an error (the first counts), a key without a colon was told by the syntax already.
 * `where` names the mapping in messages: `a rule`.
 */
export function readEntries(where: string, map: MapNode, keys: readonly KeySpec[], reader: Reader): Entries {
  const known = new Set(keys.map(({ name }) => name));
  const seen = new Map<string, { readonly key: ScalarNode; readonly value: SyntaxNode | undefined }>();
  for (const entry of map.entries) {
    const { key, value } = entry;
    if (!known.has(key.text)) {
      if (value !== undefined)
        reportUnknown(
          where,
          key,
          [...known].filter((name) => !seen.has(name)),
          reader,
        );
    } else if (seen.has(key.text)) {
      reportError(reader, 'duplicate-key', key.range, `${key.text} is given twice in ${where}; the first one counts`);
    } else {
      seen.set(key.text, entry);
    }
  }
  return {
    range: map.range,
    value: (key) => seen.get(key)?.value,
    key: (key) => seen.get(key)?.key.range,
  };
}

function reportUnknown(where: string, key: ScalarNode, known: readonly string[], reader: Reader): void {
  const meant = nearest(key.text, known);
  const advice = meant.length > 0 ? `did you mean ${anyOf(meant)}?` : `${where} takes ${anyOf(known)}`;
  reader.report(
    finding('unknown-key', 'error', key.range, `${where} has no key ${quoted(key.text)}; ${advice}`, {
      fixes: respellings(key, meant),
    }),
  );
}

/** The mapping a key holds, sorted; anything else but nothing is a `bad-value`. */
export function entriesOf(
  key: string,
  node: SyntaxNode | undefined,
  keys: readonly KeySpec[],
  reader: Reader,
): Entries | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'map') return readEntries(key, node, keys, reader);
  const names = keys.map(({ name }) => name).join(', ');
  const found = node.kind === 'empty' ? 'has no value' : `is a ${node.kind === 'list' ? 'list' : 'single value'}`;
  reportError(reader, 'bad-value', node.range, `${key} ${found}; expected a mapping with ${names}`);
  return undefined;
}
