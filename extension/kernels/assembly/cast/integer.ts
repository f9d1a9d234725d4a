import { absMask, largestLane } from './constants';
import { randomBits } from './random';

/** 127.5: a tie that goes to the even integer beyond the largest code. */
export const INT8_LIMIT: u32 = 0x42ff0000;

/**
 * Rounds n values divided by `divisor` to int8, a multiple of 16, all quotients below the limit. Returns the largest
 * quotient's bits, which tells.
 */
export function encodeIntegers(src: usize, dst: usize, n: i32, divisor: f32): u32 {
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
  return largestLane(largest);
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
