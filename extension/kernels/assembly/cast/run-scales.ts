import { absMask, isNonFinite } from './constants';
import { SCALE_BF16, SCALE_F32, amaxOf, largestBits } from './scale';

/**
 * Scales of many runs at a time, a run being the values that share one: what is left to do for a run when its largest
 * magnitude is known costs as much as casting its values, unless it is done for four runs at once.
 */

/** Runs whose scales are found together: few enough that their values stay in the cache until they are cast. */
export const TOGETHER = 64;

/** Of those runs: bits of the largest magnitude, whatever they hold; largest finite magnitude; scale as stored. */
export const MAGNITUDES = memory.data(TOGETHER * 4, 16);
export const AMAXES = memory.data(TOGETHER * 4, 16);
export const SCALES = memory.data(TOGETHER * 4, 16);

/** What the values of each run are multiplied by to be cast by a product, or 0 where they have to be divided. */
export const FACTORS = memory.data(TOGETHER * 4, 16);

/** Lanes of largest magnitudes of four runs. */
const LANES = memory.data(64, 16);

/**
 * Infinity; 1; what a float32 is moved by to the exponents of float16, and its smallest normal number, and the sum that
 * leaves a subnormal one in the low bits; the largest codes and the smallest scales of float16, bfloat16, float32.
 */
const CONSTANTS = memory.data<u32>([
  0x7f800000, 0x3f800000, 0x38000000, 0x38800000, 0x3f000000, 0x7bff, 0x7f7f, 1, 0xfff, 0x7fff, 0x33800000,
]);

/** Largest magnitudes of the runs of `size` among n values, of which the last may be shorter; `TOGETHER` at most. */
export function findAmaxes(src: usize, n: i32, size: i32): void {
  const abs = absMask();
  let to = MAGNITUDES;
  let lane: usize = 0;
  let from = src;
  for (let left = n; left > 0; left -= size) {
    const length = min(size, left);
    const end = from + (((length & ~15) as usize) << 2);
    let most = i32x4.splat(0);
    for (; from < end; from += 64) {
      const a = i32x4.max_s(v128.and(v128.load(from), abs), v128.and(v128.load(from, 16), abs));
      const b = i32x4.max_s(v128.and(v128.load(from, 32), abs), v128.and(v128.load(from, 48), abs));
      most = i32x4.max_s(most, i32x4.max_s(a, b));
    }
    for (let i = 0; i < (length & 15); i++) {
      most = i32x4.max_s(most, v128.and(v128.load32_zero(from), abs));
      from += 4;
    }
    v128.store(LANES + lane, most);
    lane = (lane + 16) & 63;
    if (lane === 0 || left <= size) {
      v128.store(to, largestOfFour());
      to += 16;
    }
  }
  const runs = (n + size - 1) / size;
  const infinity = v128.load32_splat(CONSTANTS);
  for (let run = 0; run < runs; run += 4) {
    const at = (run as usize) << 2;
    const magnitudes = v128.load(MAGNITUDES + at);
    v128.store(AMAXES + at, magnitudes);
    if (v128.any_true(i32x4.ge_s(magnitudes, infinity))) leaveNonFinite(src, n, size, run);
  }
}

/** Largest lanes of the four vectors in `LANES`. */
function largestOfFour(): v128 {
  const a = v128.load(LANES);
  const b = v128.load(LANES, 16);
  const c = v128.load(LANES, 32);
  const d = v128.load(LANES, 48);
  const ab = i32x4.max_s(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = i32x4.max_s(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.max_s(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3));
}

/** Finds the largest finite magnitudes of those of four runs that hold something else. */
function leaveNonFinite(src: usize, n: i32, size: i32, first: i32): void {
  for (let run = first; run < first + 4 && run * size < n; run++) {
    const at = (run as usize) << 2;
    if (!isNonFinite(load<u32>(MAGNITUDES + at))) continue;
    const start = run * size;
    store<f32>(AMAXES + at, amaxOf(src + ((start as usize) << 2), min(size, n - start)));
  }
}

/**
 * Scales of the runs of `findAmaxes`, `largest` being the largest value of the format: rounded and at least the smallest,
 * as `storedScale` does it; runs of zeros have the scale `ofZeros`, 0 or 1. Writes them to `scales`, as float32 to
 * `SCALES`, and returns where the next one goes.
 */
export function storeScales(runs: i32, largest: f32, dtype: i32, ofZeros: f32, scales: usize): usize {
  const zero = f32x4.splat(0);
  const none = f32x4.splat(ofZeros);
  const values = f32x4.splat(largest);
  for (let run = 0; run < runs; run += 4) {
    const at = (run as usize) << 2;
    const amax = v128.load(AMAXES + at);
    const wanted = f32x4.div(amax, values);
    const empty = f32x4.eq(amax, zero);
    const left = min(4, runs - run);
    if (dtype === SCALE_F32) {
      const scale = v128.bitselect(none, i32x4.max_s(wanted, v128.load32_splat(CONSTANTS, 28)), empty);
      v128.store(SCALES + at, scale);
      writeLanes(scale, scales, left);
      scales += (left as usize) << 2;
      continue;
    }
    const rounded = dtype === SCALE_BF16 ? bf16Codes(wanted) : fp16Codes(wanted);
    const scale = dtype === SCALE_BF16 ? i32x4.shl(rounded, 16) : fp16Values(rounded);
    v128.store(SCALES + at, v128.bitselect(none, scale, empty));
    const codeOfNone = ofZeros === 0 ? 0 : dtype === SCALE_BF16 ? 0x3f80 : 0x3c00;
    writeHalves(v128.bitselect(i32x4.splat(codeOfNone), rounded, empty), scales, left);
    scales += (left as usize) << 1;
  }
  return scales;
}

/**
 * Finds what values are to be multiplied by so that a quotient of 1 becomes `unit`, where all products of a run stay
 * below `limit` and the scale is not so small or large that factor or products might not be normal.
 */
export function findFactors(runs: i32, unit: f32, limit: f32, smallest: f32, largest: f32): void {
  const units = f32x4.splat(unit);
  const limits = f32x4.splat(limit);
  const least = f32x4.splat(smallest);
  const most = f32x4.splat(largest);
  for (let run = 0; run < runs; run += 4) {
    const at = (run as usize) << 2;
    const scale = v128.load(SCALES + at);
    const factor = f32x4.div(units, scale);
    // Not so either where a value is NaN or infinite.
    const within = f32x4.lt(f32x4.mul(v128.load(MAGNITUDES + at), factor), limits);
    const regular = v128.and(f32x4.gt(scale, least), f32x4.lt(scale, most));
    v128.store(FACTORS + at, v128.and(factor, v128.and(within, regular)));
  }
}

/** Codes of positive floats: to nearest even, at least 1 and at most the largest finite one. */
function bf16Codes(values: v128): v128 {
  const unit = v128.load32_splat(CONSTANTS, 28);
  const odd = v128.and(i32x4.shr_u(values, 16), unit);
  const codes = i32x4.shr_u(i32x4.add(i32x4.add(values, v128.load32_splat(CONSTANTS, 36)), odd), 16);
  return i32x4.max_s(unit, i32x4.min_s(codes, v128.load32_splat(CONSTANTS, 24)));
}

function fp16Codes(values: v128): v128 {
  const unit = v128.load32_splat(CONSTANTS, 28);
  const rebias = v128.load32_splat(CONSTANTS, 8);
  const magic = v128.load32_splat(CONSTANTS, 16);
  const odd = v128.and(i32x4.shr_u(values, 13), unit);
  const normal = i32x4.add(i32x4.sub(values, rebias), i32x4.add(v128.load32_splat(CONSTANTS, 32), odd));
  const subnormal = i32x4.sub(f32x4.add(values, magic), magic);
  const small = f32x4.lt(values, v128.load32_splat(CONSTANTS, 12));
  const codes = v128.bitselect(subnormal, i32x4.shr_s(normal, 13), small);
  return i32x4.max_s(unit, i32x4.min_s(codes, v128.load32_splat(CONSTANTS, 20)));
}

/** Values of positive finite codes of float16. */
function fp16Values(codes: v128): v128 {
  const bits = i32x4.shl(codes, 13);
  const normal = i32x4.add(bits, v128.load32_splat(CONSTANTS, 8));
  const subnormal = f32x4.mul(f32x4.convert_i32x4_u(codes), v128.load32_splat(CONSTANTS, 40));
  const smallest = i32x4.sub(v128.load32_splat(CONSTANTS, 12), v128.load32_splat(CONSTANTS, 8));
  return v128.bitselect(subnormal, normal, i32x4.lt_s(bits, smallest));
}

/** The first `count` lanes. */
function writeLanes(lanes: v128, at: usize, count: i32): void {
  if (count === 4) {
    v128.store(at, lanes);
    return;
  }
  v128.store(LANES, lanes);
  memory.copy(at, LANES, (count as usize) << 2);
}

function writeHalves(codes: v128, at: usize, count: i32): void {
  const halves = i16x8.narrow_i32x4_u(codes, codes);
  if (count === 4) {
    v128.store64_lane(at, halves, 0);
    return;
  }
  v128.store(LANES, halves);
  memory.copy(at, LANES, (count as usize) << 1);
}
