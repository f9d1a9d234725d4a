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

/** The same of n scales, one by one: NaN among them does not count. */
export function extremeScale(src: usize, n: i32): f32 {
  let found: f32 = 0;
  const end = src + ((n as usize) << 2);
  for (; src < end; src += 4) if (abs(load<f32>(src)) > abs(found)) found = load<f32>(src);
  return found;
}

/** Smallest and largest of 32 values in lanes 0 and 1; of zeros of both signs, any. */
export function span32(src: usize): v128 {
  let a = v128.load(src);
  let b = v128.load(src, 16);
  let c = a;
  let d = b;
  for (let at = src + 32; at < src + 128; at += 32) {
    const x = v128.load(at);
    const y = v128.load(at, 16);
    a = f32x4.pmin(a, x);
    b = f32x4.pmin(b, y);
    c = f32x4.pmax(c, x);
    d = f32x4.pmax(d, y);
  }
  a = f32x4.pmin(a, b);
  c = f32x4.pmax(c, d);
  // Smallest of pairs of lanes beside the largest of them, then of pairs of these.
  const low = i64x2.shuffle(a, f32x4.neg(c), 0, 2);
  const high = i64x2.shuffle(a, f32x4.neg(c), 1, 3);
  const pairs = f32x4.pmin(low, high);
  const ends = f32x4.pmin(i32x4.shuffle(pairs, pairs, 0, 2, 0, 2), i32x4.shuffle(pairs, pairs, 1, 3, 1, 3));
  return f32x4.replace_lane(ends, 1, -f32x4.extract_lane(ends, 1));
}

/** The first zero among values that hold one, sign and all: what a search from the left finds smallest. */
export function firstZero(src: usize): f32 {
  while (load<f32>(src) !== 0) src += 4;
  return load<f32>(src);
}

/** 1 / value, and 0 for 0. */
export function reciprocal(value: f32): f32 {
  return value === 0 ? 0 : 1 / value;
}
