import { absMask, isNonFinite } from './constants';
import { e8m0Value, powerOfTwo } from './e8m0';
import { largestMagnitude } from './mx-elements';
import { amaxOf } from './scale';
import { scaleBlock } from './scale-blocks';

/** 2^23, smallest normal, 1. */
const CONSTANTS = memory.data<u32>([0x4b000000, 0x00800000, 1]);

/**
 * Four magnitudes (float32 bits) under a shared exponent, before they are clamped. `down` is 2^-exponent: the product
 * below 2 is exact, and as a whole number of 2^-23 it is the significand shifted right, what is shifted out dropped.
 */
function roundQuad(magnitude: v128, down: v128, unit: v128, normal: v128, one: v128, half: v128, dropped: i32): v128 {
  const present = i32x4.ge_s(magnitude, normal);
  const aligned = i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.mul(v128.and(magnitude, present), down), unit));
  const odd = v128.and(i32x4.shr_u(aligned, dropped), one);
  return i32x4.shr_u(i32x4.add(i32x4.add(aligned, half), odd), dropped);
}

/** Casts n values, a multiple of 16, all finite, and returns how many were clamped. */
function encodeFast(src: usize, dst: usize, n: i32, exponent: i32, bits: i32): u32 {
  const abs = absMask();
  const unit = v128.load32_splat(CONSTANTS);
  const normal = v128.load32_splat(CONSTANTS, 4);
  const one = v128.load32_splat(CONSTANTS, 8);
  const down = f32x4.splat(powerOfTwo(-exponent));
  const dropped = 24 - bits;
  const half = i32x4.splat((1 << (dropped - 1)) - 1);
  const largest = (1 << bits) - 1;
  const limit = i32x4.splat(largest);
  const byteLimit = i8x16.splat(largest as i8);
  const signBit = i8x16.splat((largest + 1) as i8);
  const zero = i32x4.splat(0);
  let clamped = i32x4.splat(0);
  for (let i = 0; i < n; i += 16) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    const c = v128.load(src, 32);
    const d = v128.load(src, 48);
    const p = roundQuad(v128.and(a, abs), down, unit, normal, one, half, dropped);
    const q = roundQuad(v128.and(b, abs), down, unit, normal, one, half, dropped);
    const r = roundQuad(v128.and(c, abs), down, unit, normal, one, half, dropped);
    const s = roundQuad(v128.and(d, abs), down, unit, normal, one, half, dropped);
    clamped = i32x4.sub(clamped, i32x4.add(i32x4.gt_s(p, limit), i32x4.gt_s(q, limit)));
    clamped = i32x4.sub(clamped, i32x4.add(i32x4.gt_s(r, limit), i32x4.gt_s(s, limit)));
    const magnitudes = i8x16.min_u(
      i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(p, q), i16x8.narrow_i32x4_u(r, s)),
      byteLimit,
    );
    const signs = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.shr_s(a, 31), i32x4.shr_s(b, 31)),
      i16x8.narrow_i32x4_s(i32x4.shr_s(c, 31), i32x4.shr_s(d, 31)),
    );
    const kept = v128.and(v128.and(signs, signBit), i8x16.ne(magnitudes, zero));
    v128.store(dst, v128.or(magnitudes, kept));
    src += 64;
    dst += 16;
  }
  return (i32x4.extract_lane(clamped, 0) +
    i32x4.extract_lane(clamped, 1) +
    i32x4.extract_lane(clamped, 2) +
    i32x4.extract_lane(clamped, 3)) as u32;
}

/** The same one by one, whatever the values hold; see core/formats/block-scaled/bfp-format.ts. */
function encodeCarefully(src: usize, dst: usize, n: i32, shared: i32, bits: i32): u32 {
  const limit: u32 = (1 << bits) - 1;
  const dropped = 24 - bits;
  let clamped: u32 = 0;
  for (let i = 0; i < n; i++) {
    const word = load<u32>(src + ((i as usize) << 2));
    const field = ((word >> 23) & 255) as i32;
    let magnitude: u32 = 0;
    if (field === 255) magnitude = (word & 0x7fffff) !== 0 ? 0 : limit;
    else if (field !== 0 && shared - field < 24) {
      const aligned = ((word & 0x7fffff) | 0x800000) >> (shared - field);
      magnitude = (aligned + ((1 << (dropped - 1)) - 1) + ((aligned >> dropped) & 1)) >> dropped;
      if (magnitude > limit) {
        magnitude = limit;
        clamped++;
      }
    }
    store<u8>(dst + (i as usize), magnitude === 0 ? 0 : magnitude | ((word >> 31) << bits));
  }
  return clamped;
}

/**
 * Casts rows of float32 in blocks of `size` columns, the last of a row may be shorter, to a sign above `bits` bits of
 * magnitude, one code a byte, and one biased exponent a block. Clamped finite values are added to the u32 at
 * `saturated`.
 */
export function encodeBfp(
  bits: i32,
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  exponents: usize,
  saturated: usize,
): void {
  let clamped: u32 = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const magnitude = largestMagnitude(src, n);
      const odd = isNonFinite(magnitude);
      const shared = ((odd ? reinterpret<u32>(amaxOf(src, n)) : magnitude) >> 23) as i32;
      store<u8>(exponents++, shared);
      const done = odd ? 0 : n & ~15;
      if (done > 0) clamped += encodeFast(src, dst, done, shared - 127, bits);
      clamped += encodeCarefully(src + ((done as usize) << 2), dst + (done as usize), n - done, shared, bits);
      src += (n as usize) << 2;
      dst += n as usize;
    }
  }
  store<u32>(saturated, load<u32>(saturated) + clamped);
}

/** Codes one a byte, as whole numbers with their sign. */
function widenSigned(src: usize, dst: usize, n: i32, bits: i32): void {
  const mask = i32x4.splat((1 << bits) - 1);
  const up = 31 - bits;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const codes = v128.load8x8_u(src + (i as usize));
    const low = i32x4.extend_low_i16x8_u(codes);
    const high = i32x4.extend_high_i16x8_u(codes);
    const x = f32x4.convert_i32x4_s(v128.and(low, mask));
    const y = f32x4.convert_i32x4_s(v128.and(high, mask));
    const to = dst + ((i as usize) << 2);
    v128.store(to, v128.or(x, i32x4.shl(v128.andnot(low, mask), up)));
    v128.store(to, v128.or(y, i32x4.shl(v128.andnot(high, mask), up)), 16);
  }
  for (; i < n; i++) {
    const code = load<u8>(src + (i as usize)) as u32;
    const magnitude = reinterpret<u32>((code & ((1 << bits) - 1)) as f32);
    store<u32>(dst + ((i as usize) << 2), magnitude | ((code >> bits) << 31));
  }
}

/** The inverse: codes one a byte times 2^(exponent - 127 - bits + 1). */
export function decodeBfp(
  bits: i32,
  codes: usize,
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  exponents: usize,
): void {
  widenSigned(codes, values, rows * columns, bits);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      scaleBlock(values, n, e8m0Value(load<u8>(exponents++), 1 - bits));
      values += (n as usize) << 2;
    }
  }
}
