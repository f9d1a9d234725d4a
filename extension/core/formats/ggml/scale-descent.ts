import { extreme } from './extremes';
import { clamp, nearestInt } from './rounding';
import { ZERO_RUN } from './scale-search';

const f = Math.fround;

const ROUNDS = 5;

/**
 * The signed scale for codes from -limit to limit - 1 that ggml's `make_q3_quants` finds, every step in float32: codes
 * of the value of largest magnitude on -limit, then up to five rounds that move one code at a time to where the scale
 * that fits the others best would put it, wherever the error, weighted by the squared values, shrinks. Writes the
 * codes, plus `limit`, to `codes` from `to` on.
 */
export function descendScale(
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
  const nearest = (value: number): number => clamp(nearestInt(value), -limit, limit - 1);
  const inverse = f(-limit / max);
  const signed = new Int8Array(count);
  let xl = 0;
  let l2 = 0;
  for (let i = 0; i < count; i++) {
    const value = values[from + i]!;
    const l = nearest(f(inverse * value));
    const weight = f(value * value);
    signed[i] = l;
    xl = f(xl + f(f(weight * value) * l));
    l2 = f(l2 + f(f(weight * l) * l));
  }
  for (let round = 0; round < ROUNDS; round++) {
    let changed = false;
    for (let i = 0; i < count; i++) {
      const value = values[from + i]!;
      const weight = f(value * value);
      const old = signed[i]!;
      let otherXl = f(xl - f(f(weight * value) * old));
      if (!(otherXl > 0)) continue;
      let otherL2 = f(l2 - f(f(weight * old) * old));
      const l = nearest(f(f(value * otherL2) / otherXl));
      if (l === old) continue;
      otherXl = f(otherXl + f(f(weight * value) * l));
      otherL2 = f(otherL2 + f(f(weight * l) * l));
      if (!(otherL2 > 0 && f(f(otherXl * otherXl) * l2) > f(f(xl * xl) * otherL2))) continue;
      signed[i] = l;
      xl = otherXl;
      l2 = otherL2;
      changed = true;
    }
    if (!changed) break;
  }
  for (let i = 0; i < count; i++) codes[to + i] = signed[i]! + limit;
  return l2 > 0 ? f(xl / l2) : 0;
}
