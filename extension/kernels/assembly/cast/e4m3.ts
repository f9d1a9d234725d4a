import { encodeBoundedFloat8, encodeFloat8, widenFloat8, widenScaledFloat8 } from './float8';

/** 0x7ffff - (120 << 23), 1, 2^-6, magic 2^14, sign in every byte. */
const ENCODE = memory.data<u32>([0xc407ffff, 1, 0x3c800000, 0x46800000, 0x80808080]);
/** See `encodeFloat8`: 2^8 makes the exponent of a normal number 1000eeee. */
const QUICK = memory.data<u32>([0x43800000, 0x80004, 0x8000, 0x81008100, 0x8fc08fc0, 0x7f007f, 0x80808080, 0xffff8]);
/** 2^120, the only special code, its quiet NaN, magnitude mask; see `widenScaledFloat8`. */
const WIDEN = memory.data<u32>([0x7b800000, 0x7f, 0x7fc00000, 0x7f, 0x87f087f0, 0x7f7f7f7f, 0x7f7f7f7f]);

/** Just above 464, a tie that goes down to 448. */
export const E4M3_LIMIT: u32 = 0x43e80001;

export function encodeE4m3(src: usize, dst: usize, n: i32, divisor: f32): u32 {
  return encodeFloat8<u8>(src, dst, n, divisor, ENCODE, QUICK);
}

export function widenE4m3(src: usize, dst: usize, n: i32): void {
  widenFloat8<u8>(src, dst, n, WIDEN);
}

/** See `encodeBoundedFloat8`: 2^-120, quotients that are surely below the limit, and scales up to where the factor is normal. */
export const E4M3_UNIT = reinterpret<f32>(0x03800000);
export const E4M3_BOUND: f32 = 460;
export const E4M3_LARGEST_SCALE: f32 = 0.015625;

export function encodeBoundedE4m3(src: usize, dst: usize, n: i32, divisor: f32, product: usize): void {
  encodeBoundedFloat8<u8>(src, dst, n, divisor, ENCODE, QUICK, product);
}

export function widenScaledE4m3(src: usize, dst: usize, n: i32, scale: f32): void {
  widenScaledFloat8<u8>(src, dst, n, scale, WIDEN);
}
