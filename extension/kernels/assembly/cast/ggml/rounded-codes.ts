const SIGNED_ONE = memory.data<u32>([0x3f800000, 0x80000000, 0x3f000000]);

/** 16 bytes from four vectors of whole numbers 0 .. 255. */
function narrow(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Codes of 16 values: (value - min) x inverse + shift, cut to a whole number of at most `limit`. */
export function cutCodes(src: usize, min: v128, inverse: v128, shift: v128, limit: v128): v128 {
  const a = f32x4.add(f32x4.mul(f32x4.sub(v128.load(src), min), inverse), shift);
  const b = f32x4.add(f32x4.mul(f32x4.sub(v128.load(src, 16), min), inverse), shift);
  const c = f32x4.add(f32x4.mul(f32x4.sub(v128.load(src, 32), min), inverse), shift);
  const d = f32x4.add(f32x4.mul(f32x4.sub(v128.load(src, 48), min), inverse), shift);
  const codes = narrow(
    i32x4.trunc_sat_f32x4_s(a),
    i32x4.trunc_sat_f32x4_s(b),
    i32x4.trunc_sat_f32x4_s(c),
    i32x4.trunc_sat_f32x4_s(d),
  );
  return i8x16.min_u(codes, limit);
}

/** A vector to the nearest whole numbers, ties away from zero. */
function away(value: v128, one: v128, sign: v128, half: v128): v128 {
  const whole = f32x4.trunc(value);
  const up = f32x4.ge(f32x4.abs(f32x4.sub(value, whole)), half);
  const step = v128.or(v128.and(up, one), v128.and(value, sign));
  return i32x4.trunc_sat_f32x4_s(f32x4.add(whole, step));
}

/** 16 values times `inverse` as signed bytes, ties away from zero. */
export function awayCodes(src: usize, inverse: v128): v128 {
  const one = v128.load32_splat(SIGNED_ONE);
  const sign = v128.load32_splat(SIGNED_ONE, 4);
  const half = v128.load32_splat(SIGNED_ONE, 8);
  const a = away(f32x4.mul(v128.load(src), inverse), one, sign, half);
  const b = away(f32x4.mul(v128.load(src, 16), inverse), one, sign, half);
  const c = away(f32x4.mul(v128.load(src, 32), inverse), one, sign, half);
  const d = away(f32x4.mul(v128.load(src, 48), inverse), one, sign, half);
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}
