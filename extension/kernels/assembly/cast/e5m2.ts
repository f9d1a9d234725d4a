import { encodeBoundedFloat8, encodeFloat8, widenFloat8, widenScaledFloat8 } from './float8';

/** 0xfffff - (112 << 23), 1, 2^-14, magic 2^7, sign in every byte. */
const ENCODE = memory.data<u32>([0xc80fffff, 1, 0x38800000, 0x43000000, 0x80808080]);
/** See `encodeFloat8`: 2^16 makes the exponent of a normal number 100eeeee. */
const QUICK = memory.data<u32>([0x47800000, 0x100004, 0x4000, 0x81008100, 0x9ec09ec0, 0x7f007f, 0x80808080, 0x1ffff8]);
/** 2^112, infinity, exponent bits, magnitude mask; see `widenScaledFloat8`. */
const WIDEN = memory.data<u32>([0x77800000, 0x7c, 0x7f800000, 0x7f, 0x8fe08fe0, 0x7c7c7c7c, 0x7f7f7f7f]);

/** 61440: a tie that goes to infinity. */
export const E5M2_LIMIT: u32 = 0x47700000;

export function encodeE5m2(src: usize, dst: usize, n: i32, divisor: f32): u32 {
  return encodeFloat8<i8>(src, dst, n, divisor, ENCODE, QUICK);
}

export function widenE5m2(src: usize, dst: usize, n: i32): void {
  widenFloat8<i8>(src, dst, n, WIDEN);
}

/** See `encodeBoundedFloat8`: 2^-112, quotients that are surely below the limit, and scales up to where the factor is normal. */
export const E5M2_UNIT = reinterpret<f32>(0x07800000);
export const E5M2_BOUND: f32 = 61000;
export const E5M2_LARGEST_SCALE: f32 = 0.00006103515625;

export function encodeBoundedE5m2(src: usize, dst: usize, n: i32, divisor: f32, product: usize): void {
  encodeBoundedFloat8<i8>(src, dst, n, divisor, ENCODE, QUICK, product);
}

export function widenScaledE5m2(src: usize, dst: usize, n: i32, scale: f32): void {
  widenScaledFloat8<i8>(src, dst, n, scale, WIDEN);
}
