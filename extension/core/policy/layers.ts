/** Inclusive; negatives count from the last layer. */
export interface LayerBounds {
  readonly from: number;
  readonly to: number;
}

/** Layer numbers have at most six digits; no model has more. */
const LAYER = /^(-?\d{1,6})(?:\s*\.\.\s*(-?\d{1,6}))?$/;

/** Longest text that is read as layers. */
const LONGEST = 2000;

/** `3`, `-1`, `2..-3` and lists of them separated by commas; undefined when a part is something else. */
export function parseLayerRanges(text: string): readonly LayerBounds[] | undefined {
  if (text.length > LONGEST) return undefined;
  const ranges: LayerBounds[] = [];
  for (const part of text.split(',')) {
    const [, from, to] = LAYER.exec(part.trim()) ?? [];
    if (from === undefined) return undefined;
    ranges.push({ from: Number(from), to: Number(to ?? from) });
  }
  return ranges;
}

/** A range in a model of `count` layers: negatives counted from the end, then cut to 0..count-1. */
export interface ResolvedLayers {
  readonly first: number;
  /** Smaller than `first` when no layer is in the range. */
  readonly last: number;
  /** Whether a bound named a layer that the model does not have. */
  readonly outside: boolean;
}

export function resolveLayers({ from, to }: LayerBounds, count: number): ResolvedLayers {
  const first = from < 0 ? from + count : from;
  const last = to < 0 ? to + count : to;
  const inside = (layer: number): boolean => layer >= 0 && layer < count;
  return { first: Math.max(0, first), last: Math.min(count - 1, last), outside: !inside(first) || !inside(last) };
}
