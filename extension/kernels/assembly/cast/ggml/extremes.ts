import { absMask, largestLane } from '../constants';

/** Bits of the largest magnitude of n values, a multiple of 8. */
export function largestBits(src: usize, n: i32): u32 {
  const abs = absMask();
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  const end = src + ((n as usize) << 2);
  for (; src < end; src += 32) {
    a = i32x4.max_s(a, v128.and(v128.load(src), abs));
    b = i32x4.max_s(b, v128.and(v128.load(src, 16), abs));
  }
  return largestLane(i32x4.max_s(a, b));
}

/** The value of largest magnitude of n, the first of equals; 0 for zeros. */
export function extreme(src: usize, n: i32): f32 {
  const largest = largestBits(src, n);
  if (largest === 0) return 0;
  const abs = absMask();
  const wanted = i32x4.splat(largest as i32);
  const end = src + ((n as usize) << 2);
  for (; src < end; src += 16) {
    const found = i32x4.bitmask(i32x4.eq(v128.and(v128.load(src), abs), wanted));
    if (found !== 0) return load<f32>(src + ((ctz(found) as usize) << 2));
  }
  return 0;
}

/** Smallest of n values; of zeros of both signs the first. */
export function smallest(src: usize, n: i32): f32 {
  const end = src + ((n as usize) << 2);
  let lanes = v128.load(src);
  for (let at = src + 16; at < end; at += 16) lanes = f32x4.pmin(lanes, v128.load(at));
  const a = f32x4.extract_lane(lanes, 0);
  const b = f32x4.extract_lane(lanes, 1);
  const c = f32x4.extract_lane(lanes, 2);
  const d = f32x4.extract_lane(lanes, 3);
  const least = min(min(a, b), min(c, d));
  if (least !== 0) return least;
  for (; src < end; src += 4) if (load<f32>(src) === 0) return load<f32>(src);
  return least;
}

/** Largest of n values. */
export function greatest(src: usize, n: i32): f32 {
  const end = src + ((n as usize) << 2);
  let lanes = v128.load(src);
  for (let at = src + 16; at < end; at += 16) lanes = f32x4.pmax(lanes, v128.load(at));
  const a = f32x4.extract_lane(lanes, 0);
  const b = f32x4.extract_lane(lanes, 1);
  const c = f32x4.extract_lane(lanes, 2);
  const d = f32x4.extract_lane(lanes, 3);
  return max(max(a, b), max(c, d));
}

/** 1 / value, and 0 for 0. */
export function reciprocal(value: f32): f32 {
  return value === 0 ? 0 : 1 / value;
}
