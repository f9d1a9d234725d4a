import { absMask } from './constants';
import { madd } from './madd';
import { lookUp } from './swizzle';

/**
 * E2M1 under any scale: magnitudes are put on a grid of 16 buckets of 256 steps, the last of which ends at 8, by a product
 * that is off by less than a step. A bucket knows the code of its lowest value, and the step of the one bound in it.
 */
const CODES = memory.data<u8>([0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7], 16);
const BOUNDS = memory.data<u8>([128, 128, 128, 128, 255, 0, 255, 0, 255, 255, 0, 255, 255, 255, 255, 255], 16);

/** What a quotient of 1 is on the grid. */
export const E2M1_UNIT: f32 = 0.125;

/** Smallest magnitude that saturates. */
export const E2M1_LIMIT: f32 = 7;

/**
 * Largest magnitudes below each code, from .5 on: ties go to even codes, so that for these it is the next smaller float.
 */
const TIES = memory.data<f32>([0.25, 0.74999994, 1.25, 1.7499999, 2.5, 3.4999998, 5]);

/** 1.5 * 2^11, whose unit in the last place is 2^-12; a byte in words; the last step that is told from no bound; signs. */
const GRID = memory.data<u32>([0x45400000, 0x00ff00ff, 0xfcfcfcfc, 0x08080808]);

const LANES = memory.data(16, 16);

/**
 * Casts runs of `size` values, a multiple of 16, to codes one a byte. What values of each are divided by lies at `divisors`,
 * and at `factors` the product's factor; 0 makes codes of no meaning.
 */
export function encodeE2m1Runs(
  src: usize,
  dst: usize,
  runs: i32,
  size: i32,
  divisors: usize,
  factors: usize,
): void {
  const abs = absMask();
  const grid = v128.load32_splat(GRID);
  const low = v128.load32_splat(GRID, 4);
  const cap = v128.load32_splat(GRID, 8);
  const signs = v128.load32_splat(GRID, 12);
  const codes = v128.load(CODES);
  const bounds = v128.load(BOUNDS);
  const zero = i8x16.splat(0);
  for (let run = 0; run < runs; run++) {
    const at = (run as usize) << 2;
    const scale = v128.load32_splat(factors + at);
    for (const end = dst + (size as usize); dst < end; dst += 16) {
      const x = v128.load(src);
      const y = v128.load(src, 16);
      const z = v128.load(src, 32);
      const w = v128.load(src, 48);
      const a = i32x4.sub(madd(v128.and(x, abs), scale, grid), grid);
      const b = i32x4.sub(madd(v128.and(y, abs), scale, grid), grid);
      const c = i32x4.sub(madd(v128.and(z, abs), scale, grid), grid);
      const d = i32x4.sub(madd(v128.and(w, abs), scale, grid), grid);
      const p = i16x8.narrow_i32x4_s(a, b);
      const q = i16x8.narrow_i32x4_s(c, d);
      const bucket = i8x16.narrow_i16x8_s(i16x8.shr_s(p, 8), i16x8.shr_s(q, 8));
      const step = i8x16.min_u(i8x16.narrow_i16x8_u(v128.and(p, low), v128.and(q, low)), cap);
      const bound = lookUp(bounds, bucket);
      const near = i8x16.eq(step, bound);
      let code = i8x16.sub(lookUp(codes, bucket), i8x16.eq(i8x16.max_u(step, bound), step));
      if (v128.any_true(near)) code = compared(code, near, src, load<f32>(divisors + at));
      // Saturation keeps the sign.
      const negative = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(x, y), i16x8.narrow_i32x4_s(z, w));
      v128.store(dst, v128.or(code, v128.and(i8x16.lt_s(negative, zero), signs)));
      src += 64;
    }
  }
}

/** Codes of 16 values, those near to a bound, of which they were taken to be above, by comparing with it. */
function compared(codes: v128, near: v128, src: usize, divisor: f32): v128 {
  v128.store(LANES, codes);
  for (let lanes = i8x16.bitmask(near); lanes !== 0; lanes &= lanes - 1) {
    const lane = ctz(lanes) as usize;
    const quotient: f32 = abs(load<f32>(src + (lane << 2))) / divisor;
    const code = load<u8>(LANES + lane) as usize;
    const above = quotient > load<f32>(TIES + ((code - 1) << 2));
    store<u8>(LANES + lane, (code - (above ? 0 : 1)) as u8);
  }
  return v128.load(LANES);
}

/** Third and fourth bytes of the float32 of each code; the others are 0. */
const VALUES = memory.data<u8>(
  [
    0, 0, 0x80, 0xc0, 0, 0x40, 0x80, 0xc0, 0, 0, 0x80, 0xc0, 0, 0x40, 0x80, 0xc0, 0, 0x3f, 0x3f, 0x3f, 0x40, 0x40, 0x40, 0x40,
    0x80, 0xbf, 0xbf, 0xbf, 0xc0, 0xc0, 0xc0, 0xc0,
  ],
  16,
);

/** n codes one a byte times `scale`, in float32. */
export function widenE2m1(src: usize, dst: usize, n: i32, scale: f32): void {
  const third = v128.load(VALUES);
  const fourth = v128.load(VALUES, 16);
  const scales = f32x4.splat(scale);
  const zero = i32x4.splat(0);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const codes = v128.load(src + (i as usize));
    const c = lookUp(third, codes);
    const d = lookUp(fourth, codes);
    const low = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const to = dst + ((i as usize) << 2);
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, low, 0, 8, 1, 9, 2, 10, 3, 11), scales));
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, low, 4, 12, 5, 13, 6, 14, 7, 15), scales), 16);
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, high, 0, 8, 1, 9, 2, 10, 3, 11), scales), 32);
    v128.store(to, f32x4.mul(i16x8.shuffle(zero, high, 4, 12, 5, 13, 6, 14, 7, 15), scales), 48);
  }
  for (; i < n; i++) {
    const at = VALUES + (load<u8>(src + (i as usize)) as usize);
    const bits = ((load<u8>(at) as u32) << 16) | ((load<u8>(at, 16) as u32) << 24);
    store<f32>(dst + ((i as usize) << 2), reinterpret<f32>(bits) * scale);
  }
}
