/** 16 bits that, times a pair of bytes below 16, make one byte of them in the upper half: the first in its low or its high bits. */
const FACTORS = memory.data<u32>([0x01100110, 0x10011001]);

export function lowFirst(): v128 {
  return v128.load32_splat(FACTORS);
}

export function highFirst(): v128 {
  return v128.load32_splat(FACTORS, 4);
}

/** 32 codes below 16, one a byte, as 16 bytes; `order` is one of the above, loaded before the loop. */
// @ts-ignore: decorator
@inline
export function packNibbles(first: v128, second: v128, order: v128): v128 {
  return i8x16.narrow_i16x8_u(
    i16x8.shr_u(i16x8.mul(first, order), 8),
    i16x8.shr_u(i16x8.mul(second, order), 8),
  );
}
