/**
 * Four float32 magnitudes that become normal codes of a float with fewer exponent bits: integer rounding of the bits.
 * `rebias` holds half - 1 of the dropped bits less the difference of the exponent biases.
 */
export function roundNormal(magnitude: v128, shift: i32, rebias: v128, one: v128): v128 {
  const odd = v128.and(i32x4.shr_u(magnitude, shift), one);
  return i32x4.shr_u(i32x4.add(i32x4.add(magnitude, rebias), odd), shift);
}

/**
 * The same where some may become subnormal: those come from adding `magic`, whose unit in the last place is the
 * smallest subnormal, so that the adder itself rounds to nearest even.
 */
export function roundQuad(
  magnitude: v128,
  shift: i32,
  rebias: v128,
  one: v128,
  smallestNormal: v128,
  magic: v128,
): v128 {
  const normal = roundNormal(magnitude, shift, rebias, one);
  const subnormal = i32x4.sub(f32x4.add(magnitude, magic), magic);
  return v128.bitselect(subnormal, normal, i32x4.lt_s(magnitude, smallestNormal));
}

/**
 * Four codes (sign removed, in 32-bit lanes) to float32: the bits are shifted into place, and a multiplication by
 * 2^(127 - bias) moves the exponent and makes subnormals right. Codes from `special` on (infinity, NaN) get all
 * exponent bits.
 */
export function widenQuad(magnitude: v128, shift: i32, scale: v128, special: v128, exponentBits: v128): v128 {
  const shifted = i32x4.shl(magnitude, shift);
  const value = f32x4.mul(shifted, scale);
  return v128.or(value, v128.and(i32x4.ge_s(magnitude, special), exponentBits));
}
