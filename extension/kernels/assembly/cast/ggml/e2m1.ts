import { absMask } from '../constants';

/** Twice the values of E2M1, by code, as signed bytes. */
export const E2M1_DOUBLED = memory.data<i8>([0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]);
/** Twice their midpoints. */
const MIDPOINTS = memory.data<f32>([0.5, 1.5, 2.5, 3.5, 5, 7, 10]);

/** Codes of four values under a halved scale; a tie goes to the smaller, and what is zero has no sign. */
function codes4(values: v128, halfScale: v128): v128 {
  const magnitude = v128.and(values, absMask());
  let code = i32x4.splat(0);
  for (let i: usize = 0; i < 28; i += 4) {
    code = i32x4.sub(code, f32x4.gt(magnitude, f32x4.mul(v128.load32_splat(MIDPOINTS + i), halfScale)));
  }
  const sign = v128.and(i32x4.shr_s(values, 31), i32x4.gt_s(code, i32x4.splat(0)));
  return v128.or(code, v128.and(sign, i32x4.splat(8)));
}

/** Codes of 16 values, one a byte. */
export function e2m1Codes(src: usize, halfScale: v128): v128 {
  const a = codes4(v128.load(src), halfScale);
  const b = codes4(v128.load(src, 16), halfScale);
  const c = codes4(v128.load(src, 32), halfScale);
  const d = codes4(v128.load(src, 48), halfScale);
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** The code of least float32 error, one by one, where products overflow. */
export function e2m1Carefully(value: f32, halfScale: f32): u32 {
  let best: u32 = 0;
  let least = Infinity as f32;
  for (let code: u32 = 0; code < 16; code++) {
    const error = abs((load<i8>(E2M1_DOUBLED + (code as usize)) as f32) * halfScale - value);
    if (error < least) {
      best = code;
      least = error;
    }
  }
  return best;
}
