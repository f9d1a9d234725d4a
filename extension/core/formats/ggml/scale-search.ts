import { extreme } from './extremes';
import { clamp, nearestInt } from './rounding';

const f = Math.fround;

/** Runs whose values are all below this count as zeros (ggml `GROUP_MAX_EPS`). */
export const ZERO_RUN = f(1e-15);

/** Scales tried on either side of the first one. */
const TRIES = 9;
const STEP = f(0.1);

/** Weighted sums of a fit: of w x l and of w l l. */
interface Sums {
  readonly xl: number;
  readonly l2: number;
}

/**
 * The signed scale of least weighted squared error for codes from -limit to limit - 1, each weight the square of its
 * value: ggml's `make_qx_quants` of kind 1, every step in float32. Tried are the 19 scales that put the value of
 * largest magnitude on -(limit + i / 10), i from -9 to 9. Writes the codes, plus `limit`, to `codes` from `to` on.
 */
export function searchScale(
  values: Float32Array,
  from: number,
  count: number,
  limit: number,
  codes: Uint8Array,
  to: number,
): number {
  const max = extreme(values, from, count);
  if (Math.abs(max) < ZERO_RUN) {
    codes.fill(0, to, to + count);
    return 0;
  }
  const code = (value: number, inverse: number): number => clamp(nearestInt(f(inverse * value)), -limit, limit - 1);
  const write = (inverse: number): void => {
    for (let i = 0; i < count; i++) codes[to + i] = limit + code(values[from + i]!, inverse);
  };
  const sums = (inverse: number): Sums => {
    let xl = 0;
    let l2 = 0;
    for (let i = from; i < from + count; i++) {
      const value = values[i]!;
      const l = code(value, inverse);
      const weight = f(value * value);
      xl = f(xl + f(f(weight * value) * l));
      l2 = f(l2 + f(f(weight * l) * l));
    }
    return { xl, l2 };
  };

  const first = f(-limit / max);
  write(first);
  const { xl, l2 } = sums(first);
  let scale = l2 === 0 ? 0 : f(xl / l2);
  let best = f(scale * xl);
  for (let step = -TRIES; step <= TRIES; step++) {
    if (step === 0) continue;
    const inverse = f(-f(limit + f(STEP * step)) / max);
    const { xl, l2 } = sums(inverse);
    if (!(l2 > 0 && f(xl * xl) > f(best * l2))) continue;
    write(inverse);
    scale = f(xl / l2);
    best = f(scale * xl);
  }
  return scale;
}
