import { absMask, largestLane } from './constants';
import { madd } from './madd';
import { randomBits } from './random';

/**
 * 1.5 * 2^8 has 2^-15 in its last place: added to a quotient of at most 127 it makes a fixed point number of it, whose
 * whole part are the upper bits. Half of one is added as well, so that the whole part is the rounded quotient, and two
 * units, by which a product with the reciprocal may be apart from the quotient. Then what the bits above the whole part
 * read for 0, and the fractions, in the upper bits, that are too near to a tie for the product to tell, of which the bits of
 * the mask are zero. A place for the factor: one that is loaded is not computed anew in every round of a loop.
 */
const FIXED = memory.data<u32>([0x43c04002, 0x87808780, 0x00080000, 0x7ff8, 0]);

/** Beyond these a reciprocal, or the product with it, might not be normal. */
const SMALLEST_DIVISOR: f32 = 1e-27;
const LARGEST_DIVISOR: f32 = 1e27;

/** Values that are divided together when one of them has to be. */
const RUN = 128;

/**
 * Rounds n values divided by `divisor` to int8, a multiple of 16. Returns the largest magnitude of a code before it is
 * cut to int8, more than 127 for what is not finite. Multiplies by the reciprocal, which is several times as fast, and
 * divides where that could make a difference.
 */
export function encodeIntegers(src: usize, dst: usize, n: i32, divisor: f32): u32 {
  if (!(divisor > SMALLEST_DIVISOR && divisor < LARGEST_DIVISOR)) return divideIntegers(src, dst, n, divisor);
  store<f32>(FIXED, 1 / divisor, 16);
  const factor = v128.load32_splat(FIXED, 16);
  const fixed = v128.load32_splat(FIXED);
  const base = v128.load32_splat(FIXED, 4);
  const near = v128.load32_splat(FIXED, 8);
  let largest: u32 = 0;
  while (n > 0) {
    const run = min(n, RUN);
    let most = i16x8.splat(0);
    let least = most;
    let fraction = i32x4.splat(-1);
    for (let i = 0; i < run; i += 16) {
      const a = madd(v128.load(src), factor, fixed);
      const b = madd(v128.load(src, 16), factor, fixed);
      const c = madd(v128.load(src, 32), factor, fixed);
      const d = madd(v128.load(src, 48), factor, fixed);
      fraction = i32x4.min_u(fraction, i32x4.min_u(i32x4.shl(a, 17), i32x4.shl(b, 17)));
      fraction = i32x4.min_u(fraction, i32x4.min_u(i32x4.shl(c, 17), i32x4.shl(d, 17)));
      const x = i16x8.sub(i16x8.narrow_i32x4_u(i32x4.shr_u(a, 15), i32x4.shr_u(b, 15)), base);
      const y = i16x8.sub(i16x8.narrow_i32x4_u(i32x4.shr_u(c, 15), i32x4.shr_u(d, 15)), base);
      most = i16x8.max_s(most, i16x8.max_s(x, y));
      least = i16x8.min_s(least, i16x8.min_s(x, y));
      v128.store(dst, i8x16.narrow_i16x8_s(x, y));
      src += 64;
      dst += 16;
    }
    const beyond = largestLane16(i16x8.max_s(most, i16x8.sub_sat_s(i16x8.splat(0), least)));
    if (v128.any_true(i32x4.le_u(fraction, near)) || beyond > 127) {
      const back = run as usize;
      largest = max(largest, divideIntegers(src - (back << 2), dst - back, run, divisor));
    } else largest = max(largest, beyond);
    n -= run;
  }
  return largest;
}

/**
 * The same where all quotients are known to be below 127.5 and the reciprocal of `divisor`, at `reciprocal`, to be regular.
 */
export function encodeBoundedIntegers(src: usize, dst: usize, n: i32, divisor: f32, reciprocal: usize): void {
  const factor = v128.load32_splat(reciprocal);
  const fixed = v128.load32_splat(FIXED);
  const base = v128.load32_splat(FIXED, 4);
  const apart = v128.load32_splat(FIXED, 12);
  const none = i32x4.splat(0);
  while (n > 0) {
    const run = min(n, RUN);
    let fraction = i32x4.splat(-1);
    for (let i = 0; i < run; i += 16) {
      const a = madd(v128.load(src), factor, fixed);
      const b = madd(v128.load(src, 16), factor, fixed);
      const c = madd(v128.load(src, 32), factor, fixed);
      const d = madd(v128.load(src, 48), factor, fixed);
      fraction = i32x4.min_u(fraction, i32x4.min_u(v128.and(a, apart), v128.and(b, apart)));
      fraction = i32x4.min_u(fraction, i32x4.min_u(v128.and(c, apart), v128.and(d, apart)));
      const x = i16x8.sub(i16x8.narrow_i32x4_u(i32x4.shr_u(a, 15), i32x4.shr_u(b, 15)), base);
      const y = i16x8.sub(i16x8.narrow_i32x4_u(i32x4.shr_u(c, 15), i32x4.shr_u(d, 15)), base);
      v128.store(dst, i8x16.narrow_i16x8_s(x, y));
      src += 64;
      dst += 16;
    }
    if (v128.any_true(i32x4.eq(fraction, none))) {
      const back = run as usize;
      divideIntegers(src - (back << 2), dst - back, run, divisor);
    }
    n -= run;
  }
}

/** The same by division; codes of NaN are 0, and 128 is returned. */
function divideIntegers(src: usize, dst: usize, n: i32, divisor: f32): u32 {
  const abs = absMask();
  const scale = f32x4.splat(divisor);
  let largest = i32x4.splat(0);
  for (let i = 0; i < n; i += 16) {
    const a = f32x4.div(v128.load(src), scale);
    const b = f32x4.div(v128.load(src, 16), scale);
    const c = f32x4.div(v128.load(src, 32), scale);
    const d = f32x4.div(v128.load(src, 48), scale);
    largest = i32x4.max_s(largest, i32x4.max_s(v128.and(a, abs), v128.and(b, abs)));
    largest = i32x4.max_s(largest, i32x4.max_s(v128.and(c, abs), v128.and(d, abs)));
    const p = i32x4.trunc_sat_f32x4_s(f32x4.nearest(a));
    const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(b));
    const r = i32x4.trunc_sat_f32x4_s(f32x4.nearest(c));
    const s = i32x4.trunc_sat_f32x4_s(f32x4.nearest(d));
    v128.store(dst, i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(p, q), i16x8.narrow_i32x4_s(r, s)));
    src += 64;
    dst += 16;
  }
  const quotient = reinterpret<f32>(largestLane(largest));
  return quotient < 128 ? (nearest(quotient) as u32) : 128;
}

/** Largest of eight lanes, none of them negative. */
function largestLane16(lanes: v128): u32 {
  return largestLane(i32x4.max_s(i32x4.extend_low_i16x8_u(lanes), i32x4.extend_high_i16x8_u(lanes)));
}

/**
 * The same one by one, whatever the values hold: clamped to -limit .. limit, NaN as 0, and the clamped finite values
 * added to the u32 at `saturated`. `first` is the row-major index in the tensor of the first value.
 */
export function encodeIntegersCarefully(
  src: usize,
  dst: usize,
  n: i32,
  divisor: f32,
  limit: f32,
  stochastic: bool,
  key: u32,
  first: u64,
  saturated: usize,
): void {
  let clamped: u32 = 0;
  for (let i = 0; i < n; i++) {
    const value = load<f32>(src + ((i as usize) << 2));
    const scaled: f32 = value / divisor;
    let magnitude: f32 = nearest(abs(scaled));
    if (stochastic) {
      const kept: f32 = floor(abs(scaled));
      // Exact: the fraction times a power of two.
      const threshold = ((abs(scaled) - kept) * 4294967296.0) as u32;
      magnitude = kept + (randomBits(key, first + (i as u64)) < threshold ? 1 : 0);
    }
    if (magnitude > limit) {
      if (abs(value) < Infinity) clamped++;
      magnitude = limit;
    }
    // A float beyond the integers' range never gets here, but NaN does and becomes 0.
    const code = isNaN(magnitude) ? 0 : (magnitude as i32);
    store<i8>(dst + (i as usize), (scaled < 0 ? -code : code) as i8);
  }
  store<u32>(saturated, load<u32>(saturated) + clamped);
}

/** n int8 as float32. */
export function widenInt8(src: usize, dst: usize, n: i32): void {
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const codes = v128.load8x8_s(src + (i as usize));
    const to = dst + ((i as usize) << 2);
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(codes)));
    v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(codes)), 16);
  }
  for (; i < n; i++) store<f32>(dst + ((i as usize) << 2), load<i8>(src + (i as usize)) as f32);
}

/** n int16 as float32. */
export function widenInt16(src: usize, dst: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const codes = v128.load16x4_s(src + ((i as usize) << 1));
    v128.store(dst + ((i as usize) << 2), f32x4.convert_i32x4_s(codes));
  }
  for (; i < n; i++) store<f32>(dst + ((i as usize) << 2), load<i16>(src + ((i as usize) << 1)) as f32);
}
