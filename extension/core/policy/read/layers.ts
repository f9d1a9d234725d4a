import { parseLayerRanges } from '../layers';
import type { LayerRange } from '../policy';
import { located, type Located } from '../range';
import type { SyntaxNode } from '../syntax';
import { quoted, reportError, type Reader } from './reader';

const EXPECTED = 'layers such as 3, 2..-3 or "0..3, 8..11"; negatives count from the last';

/** `layers:` as a number, a text of ranges, or a list of both. */
export function readLayers(node: SyntaxNode | undefined, reader: Reader): Located<readonly LayerRange[]> | undefined {
  if (node === undefined) return undefined;
  const parts = node.kind === 'list' ? node.items : [node];
  const ranges = parts.flatMap((part): readonly LayerRange[] => {
    const parsed = part.kind === 'scalar' ? parseLayerRanges(part.text) : undefined;
    if (parsed) return parsed.map((range) => ({ ...range, range: part.range }));
    const written = part.kind === 'scalar' ? `can't be ${quoted(part.text)}` : 'has no such value';
    reportError(reader, 'bad-value', part.range, `layers ${written}; expected ${EXPECTED}`);
    return [];
  });
  if (parts.length === 0) reportError(reader, 'bad-value', node.range, `layers is an empty list; expected ${EXPECTED}`);
  return located(ranges, node.range);
}
