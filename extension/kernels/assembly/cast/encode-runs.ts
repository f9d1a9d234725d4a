import { BF16_LIMIT, encodeBf16 } from './bf16';
import { encodeDefined } from './defined-float';
import { E4M3_LIMIT, encodeE4m3 } from './e4m3';
import { E5M2_LIMIT, encodeE5m2 } from './e5m2';
import { fittedFloatScale } from './fit-float';
import { BF16, DEFINED_CONSTANTS, E4M3, E5M2, FP16, largestValue, signBit } from './float-layouts';
import { FP16_LIMIT, encodeFp16 } from './fp16';
import { encodeFloatsCarefully } from './round-float';
import { blockAmax, storedScale, writeScale } from './scale';

/** Bits of the smallest magnitude that rounds beyond the largest code; NaN and infinities are above it too. */
function limitOf(format: i32): u32 {
  if (format === BF16) return BF16_LIMIT;
  if (format === FP16) return FP16_LIMIT;
  if (format === E4M3) return E4M3_LIMIT;
  if (format === E5M2) return E5M2_LIMIT;
  return load<u32>(DEFINED_CONSTANTS, 44);
}

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
