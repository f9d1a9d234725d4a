import type { Heatmap } from '../state';

/** Least and most of what is above 0: the ends of a logarithmic colour scale. */
export interface Scale {
  readonly low: number;
  readonly high: number;
}

export function scaleOf(values: Iterable<number | null>): Scale | undefined {
  let low = Infinity;
  let high = 0;
  for (const value of values) {
    if (value === null || value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high === 0 ? undefined : { low, high };
}

/** 0 at the low end, 1 at the high one, even in ratios between. */
export function shareOf({ low, high }: Scale, value: number): number {
  return low === high ? 0.5 : Math.log(value / low) / Math.log(high / low);
}

/** Scale of a column of cells over all blocks. */
export function heatmapScale({ blocks }: Heatmap, column: 'bytesAfter' | 'error'): Scale | undefined {
  return scaleOf(blocks.flatMap(({ cells }) => cells[column] as readonly (number | null)[]));
}
