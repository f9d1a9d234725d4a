import { absMask } from './constants';
import { E4M3, E5M2, encodeSmall, rowOf } from './mx-elements';

/**
 * Casts of whole blocks under powers of two, by which products are exact: all values finite, the quotients below twice
 * the largest element, beyond which they are clamped. Blocks have `size` values, a multiple of 16; what those of each are
 * to be multiplied by lies at `factors`. E2M1, E4M3 and E5M2 return how many were clamped.
 */

/** The smallest normal element: 1; bits of exponents; 22 in them; signs; what twice the exponents begin after. */
const E2M1 = memory.data<u32>([0x3f800000, 0x7f800000, 22 << 23, 0x08080808, 0x00fb00fb]);

/** Codes by twice the exponent and the mantissa, counted from half of the smallest normal one; those below are 0. */
const E2M1_CODES = memory.data<u8>([0, 1, 0, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7], 16);

/**
 * Adding a power of two rounds a value to nearest even at the last place that the sum has: one that goes with the exponent
 * rounds to one bit of mantissa, and one that stays where normal numbers end to the steps of subnormal ones.
 */
export function encodeE2m1Blocks(src: usize, dst: usize, blocks: i32, size: i32, factors: usize): u32 {
  const abs = absMask();
  const normal = v128.load32_splat(E2M1);
  const exponents = v128.load32_splat(E2M1, 4);
  const up = v128.load32_splat(E2M1, 8);
  const sign = v128.load32_splat(E2M1, 12);
  const least = v128.load32_splat(E2M1, 16);
  const codes = v128.load(E2M1_CODES);
  const zero = i8x16.splat(0);
  const most = i8x16.splat(8);
  let clamped = 0;
  for (const last = factors + ((blocks as usize) << 2); factors < last; factors += 4) {
    const scale = v128.load32_splat(factors);
    for (const end = dst + (size as usize); dst < end; dst += 16) {
      const a = f32x4.mul(v128.load(src), scale);
      const b = f32x4.mul(v128.load(src, 16), scale);
      const c = f32x4.mul(v128.load(src, 32), scale);
      const d = f32x4.mul(v128.load(src, 48), scale);
      const x = roundToHalves(v128.and(a, abs), normal, exponents, up);
      const y = roundToHalves(v128.and(b, abs), normal, exponents, up);
      const z = roundToHalves(v128.and(c, abs), normal, exponents, up);
      const w = roundToHalves(v128.and(d, abs), normal, exponents, up);
      const p = i16x8.narrow_i32x4_u(i32x4.shr_u(x, 22), i32x4.shr_u(y, 22));
      const q = i16x8.narrow_i32x4_u(i32x4.shr_u(z, 22), i32x4.shr_u(w, 22));
      const steps = i8x16.narrow_i16x8_u(i16x8.sub_sat_u(p, least), i16x8.sub_sat_u(q, least));
      clamped += popcnt(i8x16.bitmask(i8x16.gt_s(steps, most)));
      const negative = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
      v128.store(dst, v128.or(i8x16.swizzle(codes, steps), v128.and(i8x16.lt_s(negative, zero), sign)));
      src += 64;
  }
  }
  return clamped as u32;
}

// @ts-ignore: decorator
@inline
function roundToHalves(magnitude: v128, normal: v128, exponents: v128, up: v128): v128 {
  const magic = i32x4.add(i32x4.max_s(v128.and(magnitude, exponents), normal), up);
  return f32x4.sub(f32x4.add(magnitude, magic), magic);
}

/** Smallest normal number of E2M3 and E3M2; what subnormal ones are added to; half - 1 of the dropped bits less the first; largest. */
const SIX_BITS = memory.data<u32>([
  0x3f800000, 0x49800000, 0xc087ffff, 0x40f00000, 0x3e800000, 0x49000000, 0xc18fffff, 0x41e00000, 1, 0x20202020,
]);

/** E2M3, or E3M2; the type stands for the shift, as in float8.ts: u8 for 20 bits, i8 for 21. */
export function encodeSixBitBlocks<Layout>(src: usize, dst: usize, blocks: i32, size: i32, factors: usize): void {
  const row = isSigned<Layout>() ? SIX_BITS + 16 : SIX_BITS;
  const abs = absMask();
  const normal = v128.load32_splat(row);
  const magic = v128.load32_splat(row, 4);
  const half = v128.load32_splat(row, 8);
  const largest = v128.load32_splat(row, 12);
  const one = v128.load32_splat(SIX_BITS, 32);
  const sign = v128.load32_splat(SIX_BITS, 36);
  const zero = i8x16.splat(0);
  for (const last = factors + ((blocks as usize) << 2); factors < last; factors += 4) {
    const scale = v128.load32_splat(factors);
    for (const end = dst + (size as usize); dst < end; dst += 16) {
      const a = f32x4.mul(v128.load(src), scale);
      const b = f32x4.mul(v128.load(src, 16), scale);
      const c = f32x4.mul(v128.load(src, 32), scale);
      const d = f32x4.mul(v128.load(src, 48), scale);
      const x = sixBitCodes<Layout>(i32x4.min_s(v128.and(a, abs), largest), normal, magic, half, one);
      const y = sixBitCodes<Layout>(i32x4.min_s(v128.and(b, abs), largest), normal, magic, half, one);
      const z = sixBitCodes<Layout>(i32x4.min_s(v128.and(c, abs), largest), normal, magic, half, one);
      const w = sixBitCodes<Layout>(i32x4.min_s(v128.and(d, abs), largest), normal, magic, half, one);
      const codes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(x, y), i16x8.narrow_i32x4_u(z, w));
      const negative = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
      v128.store(dst, v128.or(codes, v128.and(i8x16.lt_s(negative, zero), sign)));
      src += 64;
  }
  }
}

/** The part of a magnitude up to the smallest normal number counts in equal steps, what is above it by its bits. */
// @ts-ignore: decorator
@inline
function sixBitCodes<Layout>(magnitude: v128, normal: v128, magic: v128, half: v128, one: v128): v128 {
  const shift = isSigned<Layout>() ? 21 : 20;
  const low = i32x4.sub(f32x4.add(i32x4.min_s(magnitude, normal), magic), magic);
  const high = i32x4.max_s(magnitude, normal);
  const odd = v128.and(i32x4.shr_u(high, shift), one);
  return i32x4.add(low, i32x4.shr_u(i32x4.add(i32x4.add(high, half), odd), shift));
}

/**
 * For E4M3, then E5M2: half - 1 of the dropped bits, the largest code, the bits below the sign, the code after the smallest normal one,
 * by how much exponents are moved. Then 1, and signs.
 */
const EIGHT_BITS = memory.data<u32>([
  0x7ffff, 0x007e007e, 0x07ff07ff, 0x00090009, 0x7b800000, 0xfffff, 0x007b007b, 0x03ff03ff, 0x00050005, 0x77800000, 1,
  0x80808080,
]);

/**
 * E4M3, or E5M2, by a factor that makes the exponent of a code the whole exponent of a float: subnormal elements come
 * from subnormal floats. Products that are such may have been rounded, and are rare: those are cast once more.
 */
export function encodeEightBitBlocks<Layout>(src: usize, dst: usize, blocks: i32, size: i32, factors: usize): u32 {
  const row = isSigned<Layout>() ? EIGHT_BITS + 20 : EIGHT_BITS;
  const half = v128.load32_splat(row);
  const largest = v128.load32_splat(row, 4);
  const magnitude = v128.load32_splat(row, 8);
  const normal = v128.load32_splat(row, 12);
  const one = v128.load32_splat(EIGHT_BITS, 40);
  const sign = v128.load32_splat(EIGHT_BITS, 44);
  let clamped = 0;
  for (const last = factors + ((blocks as usize) << 2); factors < last; factors += 4) {
    const scale = v128.load32_splat(factors);
    for (const end = dst + (size as usize); dst < end; dst += 16) {
      const a = eightBitCodes<Layout>(f32x4.mul(v128.load(src), scale), half, one);
      const b = eightBitCodes<Layout>(f32x4.mul(v128.load(src, 16), scale), half, one);
      const c = eightBitCodes<Layout>(f32x4.mul(v128.load(src, 32), scale), half, one);
      const d = eightBitCodes<Layout>(f32x4.mul(v128.load(src, 48), scale), half, one);
      const x = i16x8.narrow_i32x4_s(a, b);
      const y = i16x8.narrow_i32x4_s(c, d);
      const p = v128.and(x, magnitude);
      const q = v128.and(y, magnitude);
      const beyond = i8x16.narrow_i16x8_s(i16x8.gt_s(p, largest), i16x8.gt_s(q, largest));
      clamped += popcnt(i8x16.bitmask(beyond));
      const codes = i8x16.narrow_i16x8_u(
        i16x8.min_s(p, largest),
        i16x8.min_s(q, largest),
      );
      v128.store(dst, v128.or(codes, v128.and(i8x16.narrow_i16x8_s(x, y), sign)));
      if (v128.any_true(i16x8.lt_s(i16x8.min_s(p, q), normal)) && holdsSubnormal(src, factors)) {
        const divisor: f32 = 1 / (load<f32>(factors) * load<f32>(row, 16));
        encodeSmall<Layout>(src, dst, 16, divisor, rowOf(isSigned<Layout>() ? E5M2 : E4M3));
      }
      src += 64;
  }
  }
  return clamped as u32;
}

/** Whether any of 16 products is a subnormal float. */
function holdsSubnormal(src: usize, factor: usize): bool {
  const scale = v128.load32_splat(factor);
  const abs = absMask();
  const one = i32x4.splat(1);
  const most = i32x4.splat(0x7fffff);
  let any = i32x4.splat(0);
  for (const end = src + 64; src < end; src += 16) {
    const magnitude = v128.and(f32x4.mul(v128.load(src), scale), abs);
    // Zero wraps.
    any = v128.or(any, i32x4.lt_u(i32x4.sub(magnitude, one), most));
  }
  return v128.any_true(any);
}

/** With the sign above what a code takes that is too large by far. */
// @ts-ignore: decorator
@inline
function eightBitCodes<Layout>(scaled: v128, half: v128, one: v128): v128 {
  const shift = isSigned<Layout>() ? 21 : 20;
  const odd = v128.and(i32x4.shr_u(scaled, shift), one);
  return i32x4.shr_s(i32x4.add(i32x4.add(scaled, half), odd), shift);
}

/** 1.5 * 2^23, whose unit in the last place is 1; -127 in every byte. */
const INT8 = memory.data<u32>([0x4b400000, 0x81818181]);

/** int8, from -127 to 127. */
export function encodeInt8Blocks(src: usize, dst: usize, blocks: i32, size: i32, factors: usize): void {
  const magic = v128.load32_splat(INT8);
  const least = v128.load32_splat(INT8, 4);
  for (const last = factors + ((blocks as usize) << 2); factors < last; factors += 4) {
    const scale = v128.load32_splat(factors);
    for (const end = dst + (size as usize); dst < end; dst += 16) {
      const a = i32x4.sub(f32x4.add(f32x4.mul(v128.load(src), scale), magic), magic);
      const b = i32x4.sub(f32x4.add(f32x4.mul(v128.load(src, 16), scale), magic), magic);
      const c = i32x4.sub(f32x4.add(f32x4.mul(v128.load(src, 32), scale), magic), magic);
      const d = i32x4.sub(f32x4.add(f32x4.mul(v128.load(src, 48), scale), magic), magic);
      const codes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
      v128.store(dst, i8x16.max_s(codes, least));
      src += 64;
  }
  }
}
