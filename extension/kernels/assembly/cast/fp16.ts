import { absMask, largestLane } from './constants';

/** Exponent bits; 13 in them; 2^-1; 126 in them; twelve bits; sign in words. */
const ENCODE = memory.data<u32>([0x7f800000, 13 << 23, 0x3f000000, 126 << 23, 0xfff, 0x80008000]);
/** 2^112; the bits of a code moved into place; its magnitude and the first special one, in words. */
const WIDEN = memory.data<u32>([0x77800000, 0x8fffe000, 0x7fff7fff, 0x7c007c00]);

/** 65520: a tie that goes to infinity. */
export const FP16_LIMIT: u32 = 0x477ff000;

/** Casts n values, a multiple of 8, all below the limit. Returns the largest magnitude's bits, which tells. */
export function encodeFp16(src: usize, dst: usize, n: i32): u32 {
  const abs = absMask();
  const exponents = v128.load32_splat(ENCODE);
  const up = v128.load32_splat(ENCODE, 4);
  const least = v128.load32_splat(ENCODE, 8);
  const rebias = v128.load32_splat(ENCODE, 12);
  const digits = v128.load32_splat(ENCODE, 16);
  const sign = v128.load32_splat(ENCODE, 20);
  let largest = i32x4.splat(0);
  for (let i = 0; i < n; i += 8) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    const x = v128.and(a, abs);
    const y = v128.and(b, abs);
    largest = i32x4.max_s(largest, i32x4.max_s(x, y));
    const p = codesOf(x, exponents, up, least, rebias, digits);
    const q = codesOf(y, exponents, up, least, rebias, digits);
    // Saturation keeps the sign.
    v128.store(dst, v128.or(i16x8.narrow_i32x4_u(p, q), v128.and(i16x8.narrow_i32x4_s(a, b), sign)));
    src += 32;
    dst += 16;
  }
  return largestLane(largest);
}

/**
 * Adding 2^13 times the power of two of a magnitude, at least 2^-1, rounds it to nearest even at the last place of its
 * code, and leaves all of its digits in the low bits: added to the exponent, the leading one counts as one there.
 */
// @ts-ignore: decorator
@inline
function codesOf(magnitude: v128, exponents: v128, up: v128, least: v128, rebias: v128, digits: v128): v128 {
  const magic = i32x4.max_s(i32x4.add(v128.and(magnitude, exponents), up), least);
  const sum = f32x4.add(magnitude, magic);
  return i32x4.add(i32x4.shr_u(i32x4.sub(sum, rebias), 13), v128.and(sum, digits));
}

/** Exact float32 values of n codes; NaN stays NaN. */
export function widenFp16(src: usize, dst: usize, n: i32): void {
  const scale = v128.load32_splat(WIDEN);
  const place = v128.load32_splat(WIDEN, 4);
  const magnitude = v128.load32_splat(WIDEN, 8);
  const special = v128.load32_splat(WIDEN, 12);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const codes = v128.load(src + ((i as usize) << 1));
    if (v128.any_true(i16x8.ge_s(v128.and(codes, magnitude), special))) widenCarefully(src, dst, i, i + 8);
    else {
      const low = v128.and(i32x4.shl(i32x4.extend_low_i16x8_s(codes), 13), place);
      const high = v128.and(i32x4.shl(i32x4.extend_high_i16x8_s(codes), 13), place);
      const to = dst + ((i as usize) << 2);
      v128.store(to, f32x4.mul(low, scale));
      v128.store(to, f32x4.mul(high, scale), 16);
    }
  }
  widenCarefully(src, dst, i, n);
}

/** The codes from `start` to `end` one by one, whatever they are. */
function widenCarefully(src: usize, dst: usize, start: i32, end: i32): void {
  for (let i = start; i < end; i++) {
    const code = load<u16>(src + ((i as usize) << 1)) as u32;
    const magnitude = code & 0x7fff;
    const value = reinterpret<u32>(reinterpret<f32>(magnitude << 13) * reinterpret<f32>(0x77800000));
    const bits = magnitude >= 0x7c00 ? value | 0x7f800000 : value;
    store<u32>(dst + ((i as usize) << 2), bits | ((code & 0x8000) << 16));
  }
}
