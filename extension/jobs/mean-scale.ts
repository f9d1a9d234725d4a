import type { Cast } from '../core/formats/format';
import { unpackScales } from '../core/formats/scaling';
import type { CastResult } from '../worker/protocol';

/** The cast whose scales are what a cast with nested scales stores in 8 bits. */
export function withoutNesting(cast: Cast): Cast {
  const { nested, ...plain } = cast;
  return nested ? plain : cast;
}

/**
 * Mean of the scales of all runs of a tensor: a float64 sum in their order, divided and rounded to float32. 0 for a
 * tensor without elements. (torch's float32 sum, which bitsandbytes takes, depends on the machine's vectors; it may
 * differ by a unit in the last place.)
 */
export async function meanScale(cast: Cast, runs: AsyncIterable<CastResult>): Promise<number> {
  let sum = 0;
  let count = 0;
  for await (const { encoded } of runs) {
    for (const scale of unpackScales(encoded.scales, cast.scaleDtype)) {
      sum += scale;
      count++;
    }
  }
  return count === 0 ? 0 : Math.fround(sum / count);
}
