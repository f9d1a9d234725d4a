import { CompletionItemKind } from 'vscode-languageserver-types';
import { parseLayerRanges, resolveLayers } from '../../../core/policy/layers';
import { spell } from '../../../core/policy/syntax';
import { count } from '../../wording';
import type { ValueSite } from '../completion';
import type { Proposal } from './item';

/** Ranges that people ask for, and which layers they are in this model. */
const USUAL: readonly string[] = ['2..-3', '1..-2', '0', '-1', '0, -1', '0..1, -2..-1'];

/** Layer ranges, with what they mean for the checkpoint's number of layers. */
export async function completeLayers({ place, snapshot, context }: ValueSite): Promise<readonly Proposal[]> {
  const linked = await context.analyses.checkpointOf(snapshot);
  const layers = linked.kind === 'open' ? linked.checkpoint.tree.layerCount : undefined;
  const half = layers !== undefined && layers > 3 ? Math.floor(layers / 2) : undefined;
  const halves = half === undefined ? [] : [`0..${half - 1}`, `${half}..-1`];
  return [...USUAL, ...halves].flatMap((text): readonly Proposal[] => {
    const meaning = layers === undefined ? 'negatives count from the last layer' : layersMeant(text, layers);
    if (meaning === undefined) return [];
    const written = place.quote === undefined ? quotedRange(text) : text;
    return [{ label: text, kind: CompletionItemKind.Value, text: written, detail: meaning }];
  });
}

/** Ranges stand in quotes, as in the manual; a single number needs none. */
function quotedRange(text: string): string {
  return /^-?\d+$/.test(text) ? text : spell(text, 'double');
}

/** `layers 2 to 27 of 30`; undefined when the model has none of them, or a text is no layer range. */
export function layersMeant(text: string, layers: number): string | undefined {
  const ranges = (parseLayerRanges(text) ?? []).map((range) => resolveLayers(range, layers));
  if (ranges.length === 0 || ranges.some(({ first, last, outside }) => outside || first > last)) return undefined;
  const parts = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  return `${parts.join(', ')} of ${count(layers, 'layer')}`;
}
