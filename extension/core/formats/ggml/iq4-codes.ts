import { extreme } from './extremes';
import { ZERO_RUN } from './scale-search';

const f = Math.fround;

/** The 16 code points of IQ4_NL and IQ4_XS (ggml `kvalues_iq4nl`). */
export const IQ4_CODES = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

/** Scales tried on either side of the one that puts the value of largest magnitude on the first code point. */
const TRIES = 7;

/** The code whose point is nearest to a scaled value; a tie goes to the upper one, NaN to the last. */
export function iq4Code(value: number): number {
  if (value <= IQ4_CODES[0]) return 0;
  let upper = 1;
  while (upper < 15 && !(value < IQ4_CODES[upper]!)) upper++;
  const low = f(value - IQ4_CODES[upper - 1]!);
  const high = f(IQ4_CODES[upper]! - value);
  return low < high ? upper - 1 : upper;
}

/**
 * The scale of a run of 32 for those code points, of least squared error weighted by the squares of the values: ggml's
 * `quantize_row_iq4_nl_impl` with 7 tries and without an importance matrix, every step in float32. 0 for zeros.
 */
export function iq4Scale(values: Float32Array, from: number): number {
  const max = extreme(values, from, 32);
  if (Math.abs(max) < ZERO_RUN) return 0;
  const sums = (inverse: number): { readonly qx: number; readonly q2: number } => {
    let qx = 0;
    let q2 = 0;
    for (let at = from; at < from + 32; at++) {
      const value = values[at]!;
      const point = IQ4_CODES[iq4Code(f(inverse * value))]!;
      const weighted = f(f(value * value) * point);
      qx = f(qx + f(weighted * value));
      q2 = f(q2 + f(weighted * point));
    }
    return { qx, q2 };
  };
  const { qx, q2 } = sums(f(1 / f(-max / IQ4_CODES[0])));
  let scale = q2 > 0 ? f(qx / q2) : 0;
  let best = f(scale * qx);
  for (let step = -TRIES; step <= TRIES; step++) {
    const { qx, q2 } = sums(f((step + IQ4_CODES[0]) / max));
    if (!(q2 > 0 && f(qx * qx) > f(best * q2))) continue;
    scale = f(qx / q2);
    best = f(scale * qx);
  }
  return scale;
}
