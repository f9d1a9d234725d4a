import {
  BUCKETS,
  ORDER,
  PLANES,
  codeAt,
  fastLevels,
  fitsVector,
  nearbySteps,
  numberOf,
  placeOf,
  valueOf,
} from './codebook-tables';
import { isNonFinite } from './constants';
import {
  SCALE_BF16,
  amaxOf,
  largestBits,
  readScale,
  roundScale,
  scaleSize,
  smallestScale,
  storedScale,
  writeScale,
} from './scale';

/** Least divisor of bitsandbytes. */
const LEAST: f32 = 1e-38;

/**
 * 1.5 * 2^11, whose unit in the last place is 2^-12: added to a value it leaves its nearest step of the grid in the
 * low bits. Then what makes a value of 1 the last step, a byte, and the most that is told from a bound in the next
 * bucket.
 */
const GRID = memory.data<u32>([0x45400000, 0x45400000 - 4095, 0x00ff00ff, 0xfcfcfcfc, 0x10101010, 0x01010101]);

/** Scales below this have no reciprocal that is surely normal. */
const SMALLEST_DIVISOR: f32 = 1e-30;

/** More than a largest magnitude times the rounded reciprocal of itself, and still the last step of the grid. */
const ONE_ROUNDED: f32 = 1.0001;

/** Runs whose scales are found before their codes are: so many wait for no division, and still fit the cache. */
const TOGETHER = 64;

/** Of those runs: what values are divided by, what puts them on the grid (0: they must be looked at one by one). */
const DIVISORS = memory.data(TOGETHER * 4, 16);
const FACTORS = memory.data(TOGETHER * 4, 16);

/**
 * Casts rows of float32 to codes, one a byte, run by run: a run is `size` columns, the last of a row may be shorter.
 *
 * Not `blockwise`: codes of x / scale; with `fixed` > 0 that is the scale of all, else each run gets its own, stored
 * at `scales`. See core/formats/codebooks/codebook-rows.ts. `blockwise`: see core/formats/bitsandbytes/bitsandbytes-blocks.ts for its two
 * ways to scale. Values beyond the codebook are added to the u32 at `saturated`.
 */
export function encodeCodebook(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
  blockwise: bool,
  saturated: usize,
): void {
  const together = size * TOGETHER;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += together) {
      const n = min(together, columns - column);
      scales = findScales(src, n, size, fixed, scales, scaleDtype, blockwise, saturated);
      lookUp(src, dst, n, size, blockwise);
      src += (n as usize) << 2;
      dst += n as usize;
    }
  }
}

/** Finds the scales of some runs and counts what saturates; returns where the next scale goes. */
function findScales(
  src: usize,
  n: i32,
  size: i32,
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
  blockwise: bool,
  saturated: usize,
): usize {
  const grid = numberOf(0);
  const largest = numberOf(3);
  const nearest = min(numberOf(1), -numberOf(2)) * (0.999 as f32);
  const told = fastLevels() > 0;
  const inexact = nearbySteps() > 0;
  let run: usize = 0;
  for (let start = 0; start < n; start += size) {
    const length = min(size, n - start);
    const bits = largestBits(src, length);
    const amax = isNonFinite(bits) ? amaxOf(src, length) : reinterpret<f32>(bits);
    const multiply = blockwise && length === size;
    let divisor = fixed;
    if (blockwise) {
      let absmax = roundScale(multiply ? amax : max(amax, LEAST), scaleDtype);
      if (absmax === 0 && amax > 0) absmax = smallestScale(scaleDtype);
      scales = writeScale(absmax, scales, scaleDtype);
      divisor = max(absmax, LEAST);
    } else if (fixed === 0) {
      if (scaleDtype === SCALE_BF16) {
        const code = bf16Scale(amax, largest);
        store<u16>(scales, code as u16);
        scales += 2;
        divisor = reinterpret<f32>(code << 16);
      } else {
        divisor = storedScale(amax, largest, scaleDtype);
        scales = writeScale(divisor, scales, scaleDtype);
      }
    }
    const factor: f32 = grid / divisor;
    const regular = !isNonFinite(bits) && divisor > SMALLEST_DIVISOR && amax * factor < ONE_ROUNDED;
    const fast = told && (multiply || inexact) && regular;
    store<f32>(DIVISORS + run, divisor);
    store<f32>(FACTORS + run, fast ? factor : 0);
    // Products of denormals are too coarse to tell.
    if (amax > nearest * divisor || divisor < SMALLEST_DIVISOR) {
      countSaturated(src, length, divisor, multiply, saturated);
    }
    run += 4;
    src += (length as usize) << 2;
  }
  return scales;
}

/** `storedScale` for bfloat16, whose codes are the upper halves of float32: rounding is an addition to the bits. */
function bf16Scale(amax: f32, largest: f32): u32 {
  if (amax === 0) return 0x3f80;
  const bits = reinterpret<u32>(amax / largest);
  return max(1, min(0x7f7f, (bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
}

/**
 * Codes of n values in runs whose scales are found. `FACTORS` put values on the grid, right to a step where they are
 * to be divided and exactly where they are multiplied; those too near to a bound are looked at one by one.
 */
function lookUp(src: usize, dst: usize, n: i32, size: i32, blockwise: bool): void {
  const levels = fastLevels();
  const grid = v128.load32_splat(GRID);
  const first = v128.load32_splat(GRID, 4);
  const low = v128.load32_splat(GRID, 8);
  const cap = v128.load32_splat(GRID, 12);
  const sixteen = v128.load32_splat(GRID, 16);
  const one = v128.load32_splat(GRID, 20);
  const slack = i8x16.splat(nearbySteps() as i8);
  const placesLow = v128.load(BUCKETS);
  const placesHigh = v128.load(BUCKETS, 16);
  const boundsLow = v128.load(BUCKETS, 32);
  const boundsHigh = v128.load(BUCKETS, 48);
  const order = v128.load(ORDER);
  const vector = fitsVector();
  let run: usize = 0;
  for (let start = 0; start < n; start += size) {
    const length = min(size, n - start);
    const multiply = blockwise && length === size;
    const divisor = load<f32>(DIVISORS + run);
    const factor = load<f32>(FACTORS + run);
    const scale = f32x4.splat(factor);
    const whole = factor === 0 ? 0 : length & ~15;
    for (let i = 0; i < whole; i += 16) {
      const at = src + ((i as usize) << 2);
      const a = i32x4.sub(f32x4.add(f32x4.mul(v128.load(at), scale), grid), first);
      const b = i32x4.sub(f32x4.add(f32x4.mul(v128.load(at, 16), scale), grid), first);
      const c = i32x4.sub(f32x4.add(f32x4.mul(v128.load(at, 32), scale), grid), first);
      const d = i32x4.sub(f32x4.add(f32x4.mul(v128.load(at, 48), scale), grid), first);
      const p = i16x8.narrow_i32x4_u(a, b);
      const q = i16x8.narrow_i32x4_u(c, d);
      const bucket = i8x16.narrow_i16x8_u(i16x8.shr_u(p, 8), i16x8.shr_u(q, 8));
      const step = i8x16.min_u(i8x16.narrow_i16x8_u(v128.and(p, low), v128.and(q, low)), cap);
      const upper = i8x16.sub(bucket, sixteen);
      let place = v128.or(i8x16.swizzle(placesLow, bucket), i8x16.swizzle(placesHigh, upper));
      let bound = v128.or(i8x16.swizzle(boundsLow, bucket), i8x16.swizzle(boundsHigh, upper));
      let above = i8x16.sub_sat_u(step, bound);
      let apart = v128.or(above, i8x16.sub_sat_u(bound, step));
      place = i8x16.add(place, i8x16.min_u(above, one));
      for (let level = 1; level < levels; level++) {
        const table = BUCKETS + (((level + 1) << 5) as usize);
        bound = v128.or(i8x16.swizzle(v128.load(table), bucket), i8x16.swizzle(v128.load(table, 16), upper));
        above = i8x16.sub_sat_u(step, bound);
        apart = i8x16.min_u(apart, v128.or(above, i8x16.sub_sat_u(bound, step)));
        place = i8x16.add(place, i8x16.min_u(above, one));
      }
      const to = dst + (i as usize);
      if (vector) v128.store(to, i8x16.swizzle(order, place));
      else {
        v128.store(to, place);
        for (let lane: usize = 0; lane < 16; lane++) store<u8>(to + lane, codeAt(load<u8>(to + lane) as i32));
      }
      const near = i8x16.eq(i8x16.min_u(apart, slack), apart);
      if (v128.any_true(near)) lookCloser(at, to, i8x16.bitmask(near), divisor, multiply);
    }
    for (let i = whole; i < length; i += 16) {
      const lanes = length - i < 16 ? (1 << (length - i)) - 1 : 0xffff;
      lookCloser(src + ((i as usize) << 2), dst + (i as usize), lanes, divisor, multiply);
    }
    run += 4;
    src += (length as usize) << 2;
    dst += length as usize;
  }
}

/** The codes of the values whose bits are set, by their bounds. */
function lookCloser(src: usize, dst: usize, lanes: i32, divisor: f32, multiply: bool): void {
  const reciprocal: f32 = 1 / divisor;
  while (lanes !== 0) {
    const lane = ctz(lanes);
    const value = load<f32>(src + ((lane as usize) << 2));
    store<u8>(dst + (lane as usize), codeAt(placeOf(multiply ? value * reciprocal : value / divisor)));
    lanes &= lanes - 1;
  }
}

function countSaturated(src: usize, n: i32, divisor: f32, multiply: bool, saturated: usize): void {
  const high = numberOf(1);
  const low = numberOf(2);
  const reciprocal: f32 = 1 / divisor;
  const highs = f32x4.splat(high);
  const lows = f32x4.splat(low);
  const divisors = f32x4.splat(divisor);
  const reciprocals = f32x4.splat(reciprocal);
  let counts = i32x4.splat(0);
  const zero = f32x4.splat(0);
  const whole = n & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(src + ((i as usize) << 2));
    const scaled = multiply ? f32x4.mul(x, reciprocals) : f32x4.div(x, divisors);
    const beyond = v128.or(f32x4.gt(scaled, highs), f32x4.lt(scaled, lows));
    // x - x is zero exactly where x is finite.
    counts = i32x4.sub(counts, v128.and(beyond, f32x4.eq(f32x4.sub(x, x), zero)));
  }
  let count: u32 =
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3);
  for (let i = whole; i < n; i++) {
    const x = load<f32>(src + ((i as usize) << 2));
    const scaled: f32 = multiply ? x * reciprocal : x / divisor;
    if ((scaled > high || scaled < low) && abs(x) < Infinity) count++;
  }
  store<u32>(saturated, load<u32>(saturated) + count);
}

/** The inverse of `encodeCodebook`: code value * scale, from codes one a byte. */
export function decodeCodebook(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
): void {
  const vector = fitsVector();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      let scale = fixed;
      if (fixed === 0) {
        scale = readScale(scales, scaleDtype);
        scales += scaleSize(scaleDtype);
      }
      let done = 0;
      if (vector) {
        done = n & ~15;
        widen(src, dst, done, scale);
      }
      for (let i = done; i < n; i++) {
        store<f32>(dst + ((i as usize) << 2), valueOf(load<u8>(src + (i as usize)) as i32) * scale);
      }
      src += n as usize;
      dst += (n as usize) << 2;
    }
  }
}

/** n codes below 16, a multiple of 16: the bytes of their values are looked up apart and put together. */
function widen(src: usize, dst: usize, n: i32, scale: f32): void {
  const plane0 = v128.load(PLANES);
  const plane1 = v128.load(PLANES, 16);
  const plane2 = v128.load(PLANES, 32);
  const plane3 = v128.load(PLANES, 48);
  const scales = f32x4.splat(scale);
  for (let i = 0; i < n; i += 16) {
    const codes = v128.load(src + (i as usize));
    const a = i8x16.swizzle(plane0, codes);
    const b = i8x16.swizzle(plane1, codes);
    const c = i8x16.swizzle(plane2, codes);
    const d = i8x16.swizzle(plane3, codes);
    const abLow = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const abHigh = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const cdLow = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const cdHigh = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const to = dst + ((i as usize) << 2);
    v128.store(to, f32x4.mul(lowPairs(abLow, cdLow), scales));
    v128.store(to, f32x4.mul(highPairs(abLow, cdLow), scales), 16);
    v128.store(to, f32x4.mul(lowPairs(abHigh, cdHigh), scales), 32);
    v128.store(to, f32x4.mul(highPairs(abHigh, cdHigh), scales), 48);
  }
}

function lowPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}

function highPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}
