import { addErrors, clearErrors, errorSum } from './fit-error';
import { encodeBoundedIntegers, encodeIntegers } from './integer';
import { ABSMEAN, ASYMMETRIC, SYMMETRIC, asymmetricScale, blockRange, rangeHigh, rangeLow, runMean, zeroPoint } from './integer-scales';
import { encodeShifted, encodeStochastically, roundThrough } from './integer-shifted';
import { FACTORS, SCALES, TOGETHER, findAmaxes, findFactors, storeScales } from './run-scales';
import { blockAmax, storedScale, writeScale } from './scale';

/** What the last call of `findScale` found. */
const FOUND = memory.data<f32>([0, 0]);

/** Largest magnitude, or mean, of the block whose scale is sought. */
const BASIS = memory.data<f32>([0]);

/** Scale and zero point for a part of the block's range, into `FOUND`. */
function scaleOf(kind: i32, part: f32, steps: f32, lowest: f32, highest: f32, dtype: i32): void {
  let scale: f32;
  let zero: f32 = 0;
  if (kind === ASYMMETRIC) {
    const low: f32 = rangeLow() * part;
    scale = asymmetricScale(low, rangeHigh() * part, steps, dtype);
    zero = zeroPoint(low, scale, lowest, highest);
  } else {
    scale = storedScale(load<f32>(BASIS) * part, steps, dtype);
  }
  store<f32>(FOUND, scale);
  store<f32>(FOUND, zero, 4);
}

/** The parts that `fit: mse` tries: core/formats/scale-fit.ts; for the mean core/formats/integers/ternary.ts. */
function candidateCount(kind: i32): i32 {
  return kind === ABSMEAN ? 82 : 49;
}

function candidate(kind: i32, at: i32): f32 {
  const part: i32 = kind === ABSMEAN ? 97 - at : 64 - at;
  if (kind !== ABSMEAN) return (part as f32) / 64;
  return at === 0 ? 1 : (part as f32) / 32;
}

/** Scale and zero point of a block into `FOUND`; `back` has room for n float32. */
function findScale(
  kind: i32,
  src: usize,
  rows: i32,
  n: i32,
  columns: i32,
  steps: f32,
  lowest: f32,
  highest: f32,
  fit: bool,
  back: usize,
  dtype: i32,
): void {
  if (kind === ASYMMETRIC) blockRange(src, rows, n, columns);
  else store<f32>(BASIS, kind === ABSMEAN ? runMean(src, n) : blockAmax(src, rows, n, columns));
  scaleOf(kind, 1, steps, lowest, highest, dtype);
  if (!fit) return;
  let best: f32 = 0;
  let bestZero: f32 = 0;
  let least: f64 = Infinity;
  for (let at = 0; at < candidateCount(kind); at++) {
    scaleOf(kind, candidate(kind, at), steps, lowest, highest, dtype);
    const scale = load<f32>(FOUND);
    const zero = load<f32>(FOUND, 4);
    clearErrors();
    for (let row = 0; row < rows; row++) {
      const from = src + (((row * columns) as usize) << 2);
      roundThrough(from, back, n, scale, zero, lowest, highest);
      addErrors(from, back, n);
    }
    const sum = errorSum();
    if (at === 0 || sum < least) {
      best = scale;
      bestZero = zero;
      least = sum;
    }
  }
  store<f32>(FOUND, best);
  store<f32>(FOUND, bestZero, 4);
}

/**
 * Casts rows of float32 to integers, block by block as `encodeRuns` does: i8 codes, or i16 with `wide`. Codes are
 * `lowest` .. `highest`, their scale is `steps` times as large as what `kind` says, and with `fit` that of least squared
 * error, which needs room for a run of float32 at `back`. `fixed` > 0 is the scale of all, with `fixedZero`. Zero points
 * are stored as i8 at `zeros` unless that is 0. Clamped finite values are added to the u32 at `saturated`, but for a
 * mean, which is made to clamp.
 */
export function encodeIntegerRuns(
  kind: i32,
  src: usize,
  dst: usize,
  wide: bool,
  rows: i32,
  columns: i32,
  size: i32,
  height: i32,
  lowest: f32,
  highest: f32,
  steps: f32,
  fixed: f32,
  fixedZero: f32,
  fit: bool,
  back: usize,
  scales: usize,
  scaleDtype: i32,
  zeros: usize,
  stochastic: bool,
  key: u32,
  first: f64,
  saturated: usize,
): void {
  const shift: usize = wide ? 1 : 0;
  const start = first as u64;
  const before = load<u32>(saturated);
  if (kind === SYMMETRIC && fixed === 0 && height === 1 && !fit && !stochastic && !wide && zeros === 0 && steps <= 127) {
    encodeSymmetricRuns(src, dst, rows, columns, size, lowest, highest, steps, scales, scaleDtype, saturated);
    return;
  }
  const plain = kind !== ABSMEAN && fixedZero === 0 && lowest === -highest && !wide;
  for (let row = 0; row < rows; row += height) {
    const high = min(height, rows - row);
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const corner = (row * columns + column) as usize;
      let scale = fixed;
      let zero = fixedZero;
      if (fixed === 0) {
        findScale(kind, src + (corner << 2), high, n, columns, steps, lowest, highest, fit, back, scaleDtype);
        scale = load<f32>(FOUND);
        zero = load<f32>(FOUND, 4);
        scales = writeScale(scale, scales, scaleDtype);
        if (zeros !== 0) store<i8>(zeros++, (zero as i32) as i8);
      }
      for (let line = 0; line < high; line++) {
        const at = corner + ((line * columns) as usize);
        const from = src + (at << 2);
        const to = dst + (at << shift);
        if (stochastic) {
          const index = start + (at as u64);
          encodeStochastically(from, to, n, wide, scale, zero, lowest, highest, key, index, saturated);
          continue;
        }
        let done = 0;
        if (plain) {
          const whole = n & ~15;
          if (encodeIntegers(from, to, whole, scale) <= (highest as u32)) done = whole;
        }
        const skip = done as usize;
        if (done < n) {
          encodeShifted(from + (skip << 2), to + skip, n - done, wide, scale, zero, lowest, highest, saturated);
        }
      }
    }
  }
  if (kind === ABSMEAN) store<u32>(saturated, before);
}

/** Scales beyond these have no reciprocal that is surely normal. */
const SMALLEST_SCALE: f32 = 1e-27;
const LARGEST_SCALE: f32 = 1e27;

/** The most usual case, many runs at a time: to nearest, runs within a row, each by its largest magnitude. */
function encodeSymmetricRuns(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  lowest: f32,
  highest: f32,
  steps: f32,
  scales: usize,
  scaleDtype: i32,
  saturated: usize,
): void {
  const together = size < columns ? size * TOGETHER : columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += together) {
      const n = min(together, columns - column);
      const runs = (n + size - 1) / size;
      findAmaxes(src, n, size);
      scales = storeScales(runs, steps, scaleDtype, 1, scales);
      findFactors(runs, 1, steps + 0.45, SMALLEST_SCALE, LARGEST_SCALE);
      for (let run = 0; run < runs; run++) {
        const at = (run as usize) << 2;
        const length = min(size, n - run * size);
        const scale = load<f32>(SCALES + at);
        const whole = load<u32>(FACTORS + at) !== 0 ? length & ~15 : 0;
        encodeBoundedIntegers(src, dst, whole, scale, FACTORS + at);
        if (steps > highest) clampCodes(dst, whole, highest as i32, saturated);
        if (whole < length) {
          const done = whole as usize;
          encodeShifted(src + (done << 2), dst + done, length - whole, false, scale, 0, lowest, highest, saturated);
        }
        src += (length as usize) << 2;
        dst += length as usize;
      }
    }
  }
}

/** Clamps n codes, a multiple of 16, to `highest`, and adds those to the u32 at `saturated`. */
function clampCodes(codes: usize, n: i32, highest: i32, saturated: usize): void {
  const most = i8x16.splat(highest as i8);
  let clamped = 0;
  for (const end = codes + (n as usize); codes < end; codes += 16) {
    const all = v128.load(codes);
    clamped += popcnt(i8x16.bitmask(i8x16.gt_s(all, most)));
    v128.store(codes, i8x16.min_s(all, most));
  }
  store<u32>(saturated, load<u32>(saturated) + (clamped as u32));
}
