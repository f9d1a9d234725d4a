import { largestOf } from './extremes';
import { reciprocal, roundAway } from './rounding';

/** Largest magnitude of a block, and its values as 0, 1, 2 for -1, 0, 1 times that: the ternary formats of ggml. */
export function tritsOf(
  values: Float32Array,
  from: number,
  count: number,
): { readonly amax: number; readonly trits: Uint8Array } {
  const block = values.subarray(from, from + count);
  const amax = largestOf(block.map(Math.abs));
  const inverse = reciprocal(amax);
  const trits = Uint8Array.from(block, (value) => {
    const scaled = Math.fround(value * inverse);
    // An inverse that overflows makes infinities and NaN, which C's lroundf turns into 0 on x86.
    return Number.isFinite(scaled) ? roundAway(scaled) + 1 : 1;
  });
  return { amax, trits };
}
