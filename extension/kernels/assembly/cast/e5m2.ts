import { encodeFloat8, widenFloat8 } from './float8';

/** 0xfffff - (112 << 23), 1, 2^-14, magic 2^7, sign in every byte. */
const ENCODE = memory.data<u32>([0xc80fffff, 1, 0x38800000, 0x43000000, 0x80808080]);
/** 2^112, infinity, exponent bits, magnitude mask. */
const WIDEN = memory.data<u32>([0x77800000, 0x7c, 0x7f800000, 0x7f]);

/** 61440: a tie that goes to infinity. */
export const E5M2_LIMIT: u32 = 0x47700000;

export function encodeE5m2(src: usize, dst: usize, n: i32, divisor: f32): u32 {
  return encodeFloat8<i8>(src, dst, n, divisor, ENCODE);
}

export function widenE5m2(src: usize, dst: usize, n: i32): void {
  widenFloat8<i8>(src, dst, n, WIDEN);
}
