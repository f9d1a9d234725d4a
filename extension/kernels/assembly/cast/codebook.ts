import { BOUNDS, BUCKETS, ORDER, codeAt, fastLevels, fitsVector, isOrdered, numberOf, placeOf } from './codebook-tables';
import { madd } from './madd';
import { AMAXES, FACTORS, SCALES, TOGETHER, findAmaxes, findFactors, storeScales } from './run-scales';
import { amaxOf, roundScale, smallestScale, writeScale } from './scale';
import { lookUp } from './swizzle';

/** Least divisor of bitsandbytes. */
const LEAST: f32 = 1e-38;

/**
 * 1.5 * 2^11, whose unit in the last place is 2^-12: added to a value it leaves its nearest step of the grid in the
 * low bits. Then a byte, the largest step that a bucket tells from no bound, and what makes of a bucket, -16 .. 15, its
 * place in the lower table; in the upper one it is its own.
 */
const GRID = memory.data<u32>([0x45400000, 0x00ff00ff, 0xfcfcfcfc, 0xf0f0f0f0]);

/** Scales beyond these have no reciprocal that is surely normal. */
const SMALLEST_DIVISOR: f32 = 1e-30;
const LARGEST_DIVISOR: f32 = 1e30;

/** Products below it are on the grid. */
const ON_GRID: f32 = 0.9998;

/**
 * Casts rows of float32 to codes, one a byte, run by run: a run is `size` columns, the last of a row may be shorter.
 *
 * Not `blockwise`: codes of x / scale; with `fixed` > 0 that is the scale of all, else each run gets its own, stored
 * at `scales`. See core/formats/codebooks/codebook-rows.ts. `blockwise`: see
 * core/formats/bitsandbytes/bitsandbytes-blocks.ts for its two ways to scale. Values beyond the codebook are added to
 * the u32 at `saturated`.
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
  const together = size < columns ? size * TOGETHER : columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += together) {
      const n = min(together, columns - column);
      const runs = (n + size - 1) / size;
      const short = blockwise && n % size !== 0;
      findAmaxes(src, n, size);
      if (fixed > 0) fixScales(runs, fixed);
      else if (!blockwise) scales = storeScales(runs, numberOf(3), scaleDtype, 1, scales);
      else {
        scales = storeScales(short ? runs - 1 : runs, 1, scaleDtype, 0, scales);
        if (short) scales = storeShort(src, n, size, runs - 1, scaleDtype, scales);
        boundScales(runs);
      }
      findFactors(runs, fastLevels() > 0 ? numberOf(0) : 0, ON_GRID, SMALLEST_DIVISOR, LARGEST_DIVISOR);
      if (anyBeyond(runs)) countBeyond(src, n, size, blockwise, saturated);
      encodeRuns(src, dst, n, size, blockwise);
      src += (n as usize) << 2;
      dst += n as usize;
    }
  }
}

function fixScales(runs: i32, scale: f32): void {
  for (let run = 0; run < runs; run++) store<f32>(SCALES + ((run as usize) << 2), scale);
}

/** The scale of a run that is not full, as bitsandbytes has it. */
function storeShort(src: usize, n: i32, size: i32, run: i32, dtype: i32, scales: usize): usize {
  const start = run * size;
  const amax = amaxOf(src + ((start as usize) << 2), n - start);
  const scale = max(roundScale(max(amax, LEAST), dtype), amax > 0 ? smallestScale(dtype) : 0);
  store<f32>(SCALES + ((run as usize) << 2), scale);
  return writeScale(scale, scales, dtype);
}

/** Divisors are not the scales themselves: those are 0 for runs of zeros, and may be too small to divide by. */
function boundScales(runs: i32): void {
  const least = f32x4.splat(LEAST);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let run = 0; run < runs; run += 4) {
    const at = SCALES + ((run as usize) << 2);
    const amax = v128.load(AMAXES + ((run as usize) << 2));
    v128.store(at, v128.bitselect(one, f32x4.max(v128.load(at), least), f32x4.eq(amax, zero)));
  }
}

/** Part of the smaller limit up to which nothing saturates. */
const SAFE: f32 = 0.999;

function safeLimit(): f32 {
  return min(numberOf(1), -numberOf(2)) * SAFE;
}

/** Whether anything may saturate. Products of denormals are too coarse to tell. */
function anyBeyond(runs: i32): bool {
  const limit = f32x4.splat(safeLimit());
  const least = f32x4.splat(SMALLEST_DIVISOR);
  let any = i32x4.splat(0);
  for (let run = 0; run < runs; run += 4) {
    const at = (run as usize) << 2;
    const divisor = v128.load(SCALES + at);
    const beyond = f32x4.gt(v128.load(AMAXES + at), f32x4.mul(limit, divisor));
    any = v128.or(any, v128.or(beyond, f32x4.lt(divisor, least)));
  }
  return v128.any_true(any);
}

/** Counts what saturates, in runs where something may. */
function countBeyond(src: usize, n: i32, size: i32, blockwise: bool, saturated: usize): void {
  const limit = safeLimit();
  const upper = numberOf(1) * SAFE;
  const lower = numberOf(2) * SAFE;
  let run: usize = 0;
  for (let start = 0; start < n; start += size) {
    const length = min(size, n - start);
    const divisor = load<f32>(SCALES + run);
    const small = divisor < SMALLEST_DIVISOR;
    const from = src + ((start as usize) << 2);
    if (small || (load<f32>(AMAXES + run) > limit * divisor && isBeyond(from, length, lower * divisor, upper * divisor))) {
      countSaturated(from, length, divisor, blockwise && length === size, saturated);
    }
    run += 4;
  }
}

/** Whether any of n values is beyond two limits; the limits of a codebook differ by sign. */
function isBeyond(src: usize, n: i32, lower: f32, upper: f32): bool {
  const low = f32x4.splat(lower);
  const high = f32x4.splat(upper);
  let any = i32x4.splat(0);
  const whole = n & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(src + ((i as usize) << 2));
    any = v128.or(any, v128.or(f32x4.lt(x, low), f32x4.gt(x, high)));
  }
  for (let i = whole; i < n; i++) {
    const x = load<f32>(src + ((i as usize) << 2));
    if (x < lower || x > upper) return true;
  }
  return v128.any_true(any);
}

/**
 * Codes of n values in runs whose scales are found. `FACTORS` put values on the grid, right but for those at the very
 * edge of a step; those in the step of a bound are looked at one by one.
 */
function encodeRuns(src: usize, dst: usize, n: i32, size: i32, blockwise: bool): void {
  const levels = fastLevels();
  let run: usize = 0;
  for (let start = 0; start < n; start += size) {
    const length = min(size, n - start);
    const multiply = blockwise && length === size;
    const divisor = load<f32>(SCALES + run);
    const factor = FACTORS + run;
    const whole = load<u32>(factor) === 0 ? 0 : length & ~15;
    if (levels > 1 || !fitsVector()) encodeByLevels(src, dst, whole, levels, divisor, multiply, factor);
    else if (isOrdered()) encodeByBucket<u8>(src, dst, whole, divisor, multiply, factor);
    else encodeByBucket<i8>(src, dst, whole, divisor, multiply, factor);
    for (let i = whole; i < length; i += 16) {
      const lanes = length - i < 16 ? (1 << (length - i)) - 1 : 0xffff;
      lookCloser(src + ((i as usize) << 2), dst + (i as usize), lanes, divisor, multiply);
    }
    run += 4;
    src += (length as usize) << 2;
    dst += length as usize;
  }
}

/**
 * Codes of n values of a run, a multiple of 16, at most 16 codes and no two bounds in a bucket. The type says whether codes
 * ascend with their values, u8, or are looked up by their places, i8.
 */
function encodeByBucket<Order>(src: usize, dst: usize, n: i32, divisor: f32, multiply: bool, factor: usize): void {
  const scale = v128.load32_splat(factor);
  const grid = v128.load32_splat(GRID);
  const low = v128.load32_splat(GRID, 4);
  const cap = v128.load32_splat(GRID, 8);
  const turn = v128.load32_splat(GRID, 12);
  const placesLow = v128.load(BUCKETS);
  const placesHigh = v128.load(BUCKETS, 16);
  const boundsLow = v128.load(BUCKETS, 32);
  const boundsHigh = v128.load(BUCKETS, 48);
  const end = dst + (n as usize);
  while (dst < end) {
    const a = i32x4.sub(madd(v128.load(src), scale, grid), grid);
    const b = i32x4.sub(madd(v128.load(src, 16), scale, grid), grid);
    const c = i32x4.sub(madd(v128.load(src, 32), scale, grid), grid);
    const d = i32x4.sub(madd(v128.load(src, 48), scale, grid), grid);
    const p = i16x8.narrow_i32x4_s(a, b);
    const q = i16x8.narrow_i32x4_s(c, d);
    const upper = i8x16.narrow_i16x8_s(i16x8.shr_s(p, 8), i16x8.shr_s(q, 8));
    const lower = v128.xor(upper, turn);
    const step = i8x16.min_u(i8x16.narrow_i16x8_u(v128.and(p, low), v128.and(q, low)), cap);
    const bound = v128.or(lookUp(boundsLow, lower), lookUp(boundsHigh, upper));
    const bucket = v128.or(lookUp(placesLow, lower), lookUp(placesHigh, upper));
    const near = i8x16.eq(step, bound);
    let place = i8x16.sub(bucket, i8x16.eq(i8x16.max_u(step, bound), step));
    if (v128.any_true(near)) place = compared(place, near, src, divisor, multiply);
    v128.store(dst, isSigned<Order>() ? lookUp(v128.load(ORDER), place) : place);
    src += 64;
    dst += 16;
  }
}

/** The same with any number of codes and of bounds in a bucket. */
function encodeByLevels(
  src: usize,
  dst: usize,
  n: i32,
  levels: i32,
  divisor: f32,
  multiply: bool,
  factor: usize,
): void {
  const scale = v128.load32_splat(factor);
  const grid = v128.load32_splat(GRID);
  const low = v128.load32_splat(GRID, 4);
  const cap = v128.load32_splat(GRID, 8);
  const turn = v128.load32_splat(GRID, 12);
  const order = v128.load(ORDER);
  const vector = fitsVector();
  const end = dst + (n as usize);
  while (dst < end) {
    const a = i32x4.sub(madd(v128.load(src), scale, grid), grid);
    const b = i32x4.sub(madd(v128.load(src, 16), scale, grid), grid);
    const c = i32x4.sub(madd(v128.load(src, 32), scale, grid), grid);
    const d = i32x4.sub(madd(v128.load(src, 48), scale, grid), grid);
    const p = i16x8.narrow_i32x4_s(a, b);
    const q = i16x8.narrow_i32x4_s(c, d);
    const upper = i8x16.narrow_i16x8_s(i16x8.shr_s(p, 8), i16x8.shr_s(q, 8));
    const lower = v128.xor(upper, turn);
    const step = i8x16.min_u(i8x16.narrow_i16x8_u(v128.and(p, low), v128.and(q, low)), cap);
    let place = v128.or(lookUp(v128.load(BUCKETS), lower), lookUp(v128.load(BUCKETS, 16), upper));
    let near = i8x16.splat(0);
    for (let level = 1; level <= levels; level++) {
      const table = BUCKETS + ((level << 5) as usize);
      const bound = v128.or(lookUp(v128.load(table), lower), lookUp(v128.load(table, 16), upper));
      near = v128.or(near, i8x16.eq(step, bound));
      place = i8x16.sub(place, i8x16.eq(i8x16.max_u(step, bound), step));
    }
    if (vector) v128.store(dst, lookUp(order, place));
    else {
      v128.store(dst, place);
      for (let lane: usize = 0; lane < 16; lane++) store<u8>(dst + lane, codeAt(load<u8>(dst + lane) as i32));
    }
    if (v128.any_true(near)) lookCloser(src, dst, i8x16.bitmask(near), divisor, multiply);
    src += 64;
    dst += 16;
  }
}

const PLACES = memory.data(16, 16);

/** Places of 16 values, those near to a bound, of which they were taken to be above, by comparing with it. */
function compared(places: v128, near: v128, src: usize, divisor: f32, multiply: bool): v128 {
  const reciprocal: f32 = 1 / divisor;
  v128.store(PLACES, places);
  for (let lanes = i8x16.bitmask(near); lanes !== 0; lanes &= lanes - 1) {
    const lane = ctz(lanes) as usize;
    const value = load<f32>(src + (lane << 2));
    const scaled: f32 = multiply ? value * reciprocal : value / divisor;
    const place = load<u8>(PLACES + lane) as usize;
    const above = scaled > load<f32>(BOUNDS + ((place - 1) << 2));
    store<u8>(PLACES + lane, (place - (above ? 0 : 1)) as u8);
  }
  return v128.load(PLACES);
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
