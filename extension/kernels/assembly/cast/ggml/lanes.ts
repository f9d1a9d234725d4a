/**
 * Searches of scales sum over the values of a run one after another, and every rounding counts. So four runs are
 * searched at a time, each in its own lane: vector i holds value i of each.
 */
export const LONGEST_RUN = 32;

/** Four runs of n values, a multiple of 4, one after another at `src`, to n vectors at `to`. */
export function interleave(src: usize, n: i32, to: usize): void {
  const run = (n as usize) << 2;
  const end = src + run;
  for (; src < end; src += 16) {
    const a = v128.load(src);
    const b = v128.load(src + run);
    const c = v128.load(src + 2 * run);
    const d = v128.load(src + 3 * run);
    const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
    const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
    const ef = i32x4.shuffle(a, b, 2, 6, 3, 7);
    const gh = i32x4.shuffle(c, d, 2, 6, 3, 7);
    v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
    v128.store(to, i64x2.shuffle(ab, cd, 1, 3), 16);
    v128.store(to, i64x2.shuffle(ef, gh, 0, 2), 32);
    v128.store(to, i64x2.shuffle(ef, gh, 1, 3), 48);
    to += 64;
  }
}

/** Writes value i of each lane as a byte to the four runs of n bytes at `to`. */
export function storeCodes(codes: v128, i: i32, n: i32, to: usize): void {
  const at = to + (i as usize);
  const run = n as usize;
  store<u8>(at, i32x4.extract_lane(codes, 0));
  store<u8>(at + run, i32x4.extract_lane(codes, 1));
  store<u8>(at + 2 * run, i32x4.extract_lane(codes, 2));
  store<u8>(at + 3 * run, i32x4.extract_lane(codes, 3));
}

/** The value of largest magnitude in each lane of n vectors, the first of equals. */
export function extremes(vectors: usize, n: i32): v128 {
  let largest = f32x4.splat(0);
  let value = f32x4.splat(0);
  for (let i = 0; i < n; i++) {
    const each = v128.load(vectors + ((i as usize) << 4));
    const magnitude = f32x4.abs(each);
    const larger = f32x4.gt(magnitude, largest);
    largest = v128.bitselect(magnitude, largest, larger);
    value = v128.bitselect(each, value, larger);
  }
  return value;
}

/** Where |value| is below 1e-15: runs that count as zeros (ggml `GROUP_MAX_EPS`). */
export function isZeroRun(extreme: v128): v128 {
  return f32x4.lt(f32x4.abs(extreme), f32x4.splat(1e-15));
}
