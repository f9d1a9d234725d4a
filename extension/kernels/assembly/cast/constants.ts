/**
 * Vector constants are loaded from memory before a loop: V8 builds a v128.const anew in every round of it, which
 * costs half the speed of a cast.
 */
const ABS = memory.data<u32>([0x7fffffff]);
const INFINITY_BITS: u32 = 0x7f800000;

/** Mask of all bits but the sign. */
export function absMask(): v128 {
  return v128.load32_splat(ABS);
}

/** NaN and infinities have magnitudes from here on. */
export function isNonFinite(magnitudeBits: u32): bool {
  return magnitudeBits >= INFINITY_BITS;
}

/** Largest of the four lanes, none of which has its top bit set. */
export function largestLane(lanes: v128): u32 {
  const a = i32x4.extract_lane(lanes, 0);
  const b = i32x4.extract_lane(lanes, 1);
  const c = i32x4.extract_lane(lanes, 2);
  const d = i32x4.extract_lane(lanes, 3);
  return max(max(a, b), max(c, d)) as u32;
}

/** Sum of the four lanes. */
export function laneSum(lanes: v128): u32 {
  return (i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)) as u32;
}
