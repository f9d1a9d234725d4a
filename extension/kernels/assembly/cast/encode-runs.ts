import { BF16_LIMIT, encodeBf16 } from './bf16';
import { encodeDefined } from './defined-float';
import { E2M1_LIMIT, E2M1_UNIT, encodeE2m1Runs } from './e2m1-grid';
import { E4M3_BOUND, E4M3_LARGEST_SCALE, E4M3_LIMIT, E4M3_UNIT, encodeBoundedE4m3, encodeE4m3 } from './e4m3';
import { E5M2_BOUND, E5M2_LARGEST_SCALE, E5M2_LIMIT, E5M2_UNIT, encodeBoundedE5m2, encodeE5m2 } from './e5m2';
import { fittedFloatScale } from './fit-float';
import { BF16, DEFINED, DEFINED_CONSTANTS, E4M3, E5M2, FP16, isE2m1, largestValue, signBit } from './float-layouts';
import { FP16_LIMIT, encodeFp16 } from './fp16';
import { encodeFloatsCarefully } from './round-float';
import { FACTORS, SCALES, TOGETHER, findAmaxes, findFactors, storeScales } from './run-scales';
import { blockAmax, storedScale, writeScale } from './scale';

/** Bits of the smallest magnitude that rounds beyond the largest code; NaN and infinities are above it too. */
function limitOf(format: i32): u32 {
  if (format === BF16) return BF16_LIMIT;
  if (format === FP16) return FP16_LIMIT;
  if (format === E4M3) return E4M3_LIMIT;
  if (format === E5M2) return E5M2_LIMIT;
  return load<u32>(DEFINED_CONSTANTS, 44);
}

/** Reciprocals of scales above it are normal, moved by as much as those of e5m2. */
const SMALLEST_SCALE: f32 = 1e-27;
const LARGEST_SCALE: f32 = 1e27;

function encodeFast(format: i32, src: usize, dst: usize, n: i32, divisor: f32): u32 {
  if (format === BF16) return encodeBf16(src, dst, n);
  if (format === FP16) return encodeFp16(src, dst, n);
  if (format === E4M3) return encodeE4m3(src, dst, n, divisor);
  if (format === E5M2) return encodeE5m2(src, dst, n, divisor);
  return encodeDefined(src, dst, n, divisor, false);
}

/**
 * Casts rows of float32 to a float, block by block: a block is `size` columns of `height` rows, at the edges what is
 * left of that; a group has height 1. With `fixed` > 0 that is the scale of all of them (1 for an unscaled cast), else
 * each gets its own, stored at `scales`; with `fit` that of least squared error, which needs room for float32 values at
 * `back` and, for the formats with a cast of their own, the float to be defined too. Overflows of finite values are
 * added to the u32 at `saturated`. `first` is the row-major index in the tensor of the first value.
 *
 * A run is first cast by vectors in the belief that it holds only values in range; the largest magnitude tells
 * afterwards, and a run of which it is not true is cast again one by one.
 */
export function encodeRuns(
  format: i32,
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  height: i32,
  fixed: f32,
  fit: bool,
  back: usize,
  scales: usize,
  scaleDtype: i32,
  ieee: bool,
  stochastic: bool,
  key: u32,
  first: f64,
  saturated: usize,
): void {
  const quick = format === E4M3 || format === E5M2 || (format === DEFINED && isE2m1());
  if (quick && fixed === 0 && height === 1 && !fit && !stochastic) {
    encodeManyRuns(format, src, dst, rows, columns, size, scales, scaleDtype, ieee, saturated);
    return;
  }
  const limit = limitOf(format);
  const shift: usize = signBit(format) > 0x80 ? 1 : 0;
  const start = first as u64;
  for (let row = 0; row < rows; row += height) {
    const high = min(height, rows - row);
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const corner = (row * columns + column) as usize;
      let divisor = fixed;
      if (fixed === 0) {
        const amax = blockAmax(src + (corner << 2), high, n, columns);
        divisor = fit
          ? fittedFloatScale(src + (corner << 2), high, n, columns, amax, ieee, dst + (corner << shift), back, scaleDtype)
          : storedScale(amax, largestValue(format), scaleDtype);
        scales = writeScale(divisor, scales, scaleDtype);
      }
      for (let line = 0; line < high; line++) {
        const at = corner + ((line * columns) as usize);
        const from = src + (at << 2);
        const to = dst + (at << shift);
        let done = 0;
        if (!stochastic) {
          const whole = n & ~15;
          if (encodeFast(format, from, to, whole, divisor) < limit) done = whole;
        }
        const skip = done as usize;
        const left = n - done;
        if (left > 0) {
          encodeFloatsCarefully(
            format,
            from + (skip << 2),
            to + (skip << shift),
            left,
            divisor,
            ieee,
            stochastic,
            key,
            start + (at as u64) + (done as u64),
            saturated,
          );
        }
      }
    }
  }
}

/** The most usual case, many runs at a time: to nearest, runs within a row, each by its largest magnitude. */
function encodeManyRuns(
  format: i32,
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  size: i32,
  scales: usize,
  scaleDtype: i32,
  ieee: bool,
  saturated: usize,
): void {
  const together = size < columns ? size * TOGETHER : columns;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += together) {
      const n = min(together, columns - column);
      const runs = (n + size - 1) / size;
      findAmaxes(src, n, size);
      scales = storeScales(runs, largestValue(format), scaleDtype, 1, scales);
      if (format === E4M3) findFactors(runs, E4M3_UNIT, E4M3_BOUND * E4M3_UNIT, SMALLEST_SCALE, E4M3_LARGEST_SCALE);
      else if (format === DEFINED) findFactors(runs, E2M1_UNIT, E2M1_LIMIT * 0.999 * E2M1_UNIT, SMALLEST_SCALE, LARGEST_SCALE);
      else findFactors(runs, E5M2_UNIT, E5M2_BOUND * E5M2_UNIT, SMALLEST_SCALE, E5M2_LARGEST_SCALE);
      for (let run = 0; run < runs; run++) {
        const at = (run as usize) << 2;
        const length = min(size, n - run * size);
        const scale = load<f32>(SCALES + at);
        let done = length & ~15;
        if (load<u32>(FACTORS + at) === 0) {
          if (encodeFast(format, src, dst, done, scale) >= limitOf(format)) done = 0;
        } else if (format === E4M3) encodeBoundedE4m3(src, dst, done, scale, FACTORS + at);
        else if (format === DEFINED) encodeE2m1Runs(src, dst, 1, done, SCALES + at, FACTORS + at);
        else encodeBoundedE5m2(src, dst, done, scale, FACTORS + at);
        if (done < length) {
          const skip = done as usize;
          const from = src + (skip << 2);
          encodeFloatsCarefully(format, from, dst + skip, length - done, scale, ieee, false, 0, 0, saturated);
        }
        src += (length as usize) << 2;
        dst += length as usize;
      }
    }
  }
}
