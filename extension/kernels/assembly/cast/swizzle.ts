/**
 * Bytes of a table by numbers that are below 16, or at least 128, which give 0: between these relaxed SIMD may do as the
 * machine does, which takes one instruction.
 */
// @ts-ignore: decorator
@inline
export function lookUp(table: v128, numbers: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, numbers);
  return i8x16.swizzle(table, numbers);
}
