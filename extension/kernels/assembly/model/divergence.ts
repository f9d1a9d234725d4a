import { exp4 } from './exp';
import { sumOf } from './log-sum-exp';

/** Terms that are added up in float32 before the sum goes on in float64. */
const RUN: i32 = 256;

/** Coefficients of e^-x - 1 + x = x^2 / 2! - x^3 / 3! + ... and the bound below which they are used. */
const TABLE: usize = memory.data<f32>(
  [
    -1.98412698e-4, // -1 / 7!
    1.38888889e-3,
    -8.33333333e-3,
    4.16666667e-2,
    -1.66666667e-1,
    0.5,
    0.5, // bound: the series is then off by less than 8e-7 of its value
    1,
  ],
  16,
);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(TABLE + (index << 2));
}

/**
 * D(base || cast) in nats of one position: sum over the vocabulary of p (e^-d - 1 + d), p = e^(base - lseBase),
 * d = (base - lseBase) - (cast - lseCast). As the probabilities of both sum to 1 this equals sum p d, but no term is
 * negative, so that a divergence far below the rounding of the logs survives.
 * `base`, `cast`: `columns` logits; `lseBase`, `lseCast`: the logs of their sums of exponentials.
 */
export function divergence(base: usize, cast: usize, columns: i32, lseBase: f64, lseCast: f64): f64 {
  const shiftBase = f32x4.splat(<f32>lseBase);
  const shiftCast = f32x4.splat(<f32>lseCast);
  const shift = f32x4.splat(<f32>(lseBase - lseCast));
  let sum: f64 = 0;
  let column = 0;
  while (column + 4 <= columns) {
    const end = min(columns, column + RUN);
    let lanes = f32x4.splat(0);
    for (; column + 4 <= end; column += 4) {
      const at = (<usize>column) << 2;
      lanes = f32x4.add(lanes, terms(v128.load(base + at), v128.load(cast + at), shiftBase, shiftCast, shift));
    }
    sum += sumOf(lanes);
  }
  for (; column < columns; column++) {
    const at = (<usize>column) << 2;
    const b = v128.load32_splat(base + at);
    const c = v128.load32_splat(cast + at);
    sum += <f64>f32x4.extract_lane(terms(b, c, shiftBase, shiftCast, shift), 0);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function terms(base: v128, cast: v128, shiftBase: v128, shiftCast: v128, shift: v128): v128 {
  const d = f32x4.sub(f32x4.sub(base, cast), shift);
  const p = exp4(f32x4.sub(base, shiftBase));
  const q = exp4(f32x4.sub(cast, shiftCast));
  let series = f32x4.add(f32x4.mul(constant(0), d), constant(1));
  series = f32x4.add(f32x4.mul(series, d), constant(2));
  series = f32x4.add(f32x4.mul(series, d), constant(3));
  series = f32x4.add(f32x4.mul(series, d), constant(4));
  series = f32x4.add(f32x4.mul(series, d), constant(5));
  const near = f32x4.mul(p, f32x4.mul(f32x4.mul(d, d), series));
  const far = f32x4.add(q, f32x4.mul(p, f32x4.sub(d, constant(7))));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(d), constant(6)));
}
