import { encodeFloat8, widenFloat8 } from './float8';

const SHIFT = 20;
/** half - 1 of the dropped bits, 1, 120 << 23, 2^-6, magic 2^14, sign. */
const ENCODE = memory.data<u32>([0x7ffff, 1, 0x3c000000, 0x3c800000, 0x46800000, 0x80]);
/** 2^120, the only special code, its quiet NaN, magnitude mask. */
const WIDEN = memory.data<u32>([0x7b800000, 0x7f, 0x7fc00000, 0x7f]);

/** Just above 464, a tie that goes down to 448. */
export const E4M3_LIMIT: u32 = 0x43e80001;

export function encodeE4m3(src: usize, dst: usize, n: i32, divisor: f32): u32 {
  return encodeFloat8(src, dst, n, divisor, SHIFT, ENCODE);
}

export function widenE4m3(src: usize, dst: usize, n: i32): void {
  widenFloat8(src, dst, n, SHIFT, WIDEN);
}
