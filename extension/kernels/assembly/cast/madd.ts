/**
 * a b + c in four lanes: fused where relaxed SIMD offers it, which rounds once instead of twice. Only for what does not
 * depend on that last bit.
 */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}
