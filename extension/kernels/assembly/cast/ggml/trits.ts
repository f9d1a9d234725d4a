import { largestBits, reciprocal } from './extremes';
import { writeHalf } from './half';
import { BLOCK_CODES } from './run-codes';

/** Four values as 0, 1 or 2: -1, 0 or 1 after rounding, ties away from zero. */
function trits4(values: v128, inverse: v128, half: v128, one: v128): v128 {
  const scaled = f32x4.mul(values, inverse);
  return i32x4.add(i32x4.sub(one, f32x4.ge(scaled, half)), f32x4.le(scaled, f32x4.neg(half)));
}

/** Leaves the trits of 256 values in BLOCK_CODES and writes their largest magnitude at `d`. */
export function encodeTrits(values: usize, d: usize): void {
  const amax = reinterpret<f32>(largestBits(values, 256));
  writeHalf(d, amax);
  const inverse = reciprocal(amax);
  // A reciprocal that overflows makes everything zero, as on x86.
  const factor = f32x4.splat(inverse === Infinity ? 0 : inverse);
  const half = f32x4.splat(0.5);
  const one = i32x4.splat(1);
  for (let i: usize = 0; i < 256; i += 16) {
    const from = values + (i << 2);
    const a = trits4(v128.load(from), factor, half, one);
    const b = trits4(v128.load(from, 16), factor, half, one);
    const c = trits4(v128.load(from, 32), factor, half, one);
    const e = trits4(v128.load(from, 48), factor, half, one);
    const codes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, e));
    v128.store(BLOCK_CODES + i, codes);
  }
}
