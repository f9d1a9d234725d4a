import { randomBits } from './random';

/** One code, and whether it was clamped; NaN is 0. */
function codeOf(value: f32, rounded: f32, lowest: f32, highest: f32, saturated: usize): i32 {
  if (isNaN(rounded)) return 0;
  const code: f32 = min(max(rounded, lowest), highest);
  if (code !== rounded && abs(value) < Infinity) store<u32>(saturated, load<u32>(saturated) + 1);
  return code as i32;
}

function storeCode(dst: usize, at: i32, wide: bool, code: i32): void {
  if (wide) store<i16>(dst + ((at as usize) << 1), code as i16);
  else store<i8>(dst + (at as usize), code as i8);
}

/**
 * Rounds n values of any kind to integers, x / scale + zero clamped to lowest .. highest: int8 codes, or int16 with
 * `wide`. Clamped finite values are added to the u32 at `saturated`.
 */
export function encodeShifted(
  src: usize,
  dst: usize,
  n: i32,
  wide: bool,
  scale: f32,
  zero: f32,
  lowest: f32,
  highest: f32,
  saturated: usize,
): void {
  const s = f32x4.splat(scale);
  const z = f32x4.splat(zero);
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  const none = f32x4.splat(0);
  let clamped = i32x4.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const a = v128.load(src + ((i as usize) << 2));
    const b = v128.load(src + ((i as usize) << 2), 16);
    const x = f32x4.nearest(f32x4.add(f32x4.div(a, s), z));
    const y = f32x4.nearest(f32x4.add(f32x4.div(b, s), z));
    const p = f32x4.min(f32x4.max(x, low), high);
    const q = f32x4.min(f32x4.max(y, low), high);
    // x - x is zero exactly where x is finite; a mask is -1.
    clamped = i32x4.sub(clamped, v128.and(f32x4.ne(x, p), f32x4.eq(f32x4.sub(a, a), none)));
    clamped = i32x4.sub(clamped, v128.and(f32x4.ne(y, q), f32x4.eq(f32x4.sub(b, b), none)));
    const codes = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(p), i32x4.trunc_sat_f32x4_s(q));
    if (wide) v128.store(dst + ((i as usize) << 1), codes);
    else v128.store64_lane(dst + (i as usize), i8x16.narrow_i16x8_s(codes, codes), 0);
  }
  const count =
    i32x4.extract_lane(clamped, 0) +
    i32x4.extract_lane(clamped, 1) +
    i32x4.extract_lane(clamped, 2) +
    i32x4.extract_lane(clamped, 3);
  store<u32>(saturated, load<u32>(saturated) + (count as u32));
  for (; i < n; i++) {
    const value = load<f32>(src + ((i as usize) << 2));
    storeCode(dst, i, wide, codeOf(value, nearest<f32>(value / scale + zero), lowest, highest, saturated));
  }
}

/** The same by chance: see `roundInteger` in core/formats/integers/integer-codes.ts. */
export function encodeStochastically(
  src: usize,
  dst: usize,
  n: i32,
  wide: bool,
  scale: f32,
  zero: f32,
  lowest: f32,
  highest: f32,
  key: u32,
  first: u64,
  saturated: usize,
): void {
  for (let i = 0; i < n; i++) {
    const value = load<f32>(src + ((i as usize) << 2));
    const shifted: f32 = value / scale + zero;
    const magnitude: f32 = abs(shifted);
    const kept: f32 = floor(magnitude);
    // Exact: the fraction times a power of two. An infinite magnitude has none.
    const threshold: u64 = magnitude < Infinity ? (((magnitude - kept) as f64) * 4294967296.0) as u64 : 0;
    const up: f32 = (randomBits(key, first + (i as u64)) as u64) < threshold ? 1 : 0;
    const rounded: f32 = shifted < 0 ? -(kept + up) : kept + up;
    storeCode(dst, i, wide, codeOf(value, rounded, lowest, highest, saturated));
  }
}

/** What n values become when cast to nearest and decoded again, as float32. */
export function roundThrough(
  src: usize,
  back: usize,
  n: i32,
  scale: f32,
  zero: f32,
  lowest: f32,
  highest: f32,
): void {
  const s = f32x4.splat(scale);
  const z = f32x4.splat(zero);
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const rounded = f32x4.nearest(f32x4.add(f32x4.div(v128.load(src + ((i as usize) << 2)), s), z));
    const codes = f32x4.min(f32x4.max(rounded, low), high);
    v128.store(back + ((i as usize) << 2), f32x4.mul(f32x4.sub(codes, z), s));
  }
  for (; i < n; i++) {
    const rounded: f32 = nearest(load<f32>(src + ((i as usize) << 2)) / scale + zero);
    store<f32>(back + ((i as usize) << 2), (min(max(rounded, lowest), highest) - zero) * scale);
  }
}
