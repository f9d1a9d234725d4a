import { BF16_LIMIT, encodeBf16 } from './bf16';
import { E4M3_LIMIT, encodeE4m3 } from './e4m3';
import { E5M2_LIMIT, encodeE5m2 } from './e5m2';
import { BF16, E4M3, E5M2, FP16, INT4, INT8 } from './float-layouts';
import { FP16_LIMIT, encodeFp16 } from './fp16';
import { INT4_LIMIT, INT8_LIMIT, encodeIntegers, encodeIntegersCarefully } from './integer';
import { encodeFloatsCarefully } from './round-float';
import { amaxOf, storedScale, writeScale } from './scale';

/** Largest code value of a format, which a run's largest magnitude is mapped to. */
function largestValue(format: i32): f32 {
  if (format === E4M3) return 448;
  if (format === E5M2) return 57344;
  return format === INT8 ? 127 : 7;
}

/** Bits of the smallest magnitude that rounds beyond the largest code; NaN and infinities are above it too. */
function limitOf(format: i32): u32 {
  if (format === BF16) return BF16_LIMIT;
  if (format === FP16) return FP16_LIMIT;
  if (format === E4M3) return E4M3_LIMIT;
  if (format === E5M2) return E5M2_LIMIT;
  return format === INT8 ? INT8_LIMIT : INT4_LIMIT;
}

function encodeFast(format: i32, src: usize, dst: usize, n: i32, divisor: f32): u32 {
  if (format === BF16) return encodeBf16(src, dst, n);
  if (format === FP16) return encodeFp16(src, dst, n);
  if (format === E4M3) return encodeE4m3(src, dst, n, divisor);
  if (format === E5M2) return encodeE5m2(src, dst, n, divisor);
  return encodeIntegers(src, dst, n, divisor);
}

function encodeCarefully(
  format: i32,
  src: usize,
  dst: usize,
  n: i32,
  divisor: f32,
  ieee: bool,
  stochastic: bool,
  key: u32,
  first: u64,
  saturated: usize,
): void {
  if (format === INT8 || format === INT4) {
    encodeIntegersCarefully(src, dst, n, divisor, largestValue(format), stochastic, key, first, saturated);
  } else {
    encodeFloatsCarefully(format, src, dst, n, divisor, ieee, stochastic, key, first, saturated);
  }
}

/**
 * Casts rows of float32 run by run; a run is `size` columns, the last of a row may be shorter. With `fixed` > 0 that
 * is the scale of all of them (1 for an unscaled cast), else each run gets its own, stored at `scales`. int4 codes
 * come out one a byte. Overflows of finite values are added to the u32 at `saturated`. `first` is the row-major
 * index in the tensor of the first value.
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
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
  ieee: bool,
  stochastic: bool,
  key: u32,
  first: f64,
  saturated: usize,
): void {
  const limit = limitOf(format);
  const shift: usize = format === BF16 || format === FP16 ? 1 : 0;
  const start = first as u64;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      const from = src + ((at as usize) << 2);
      const to = dst + ((at as usize) << shift);
      let divisor = fixed;
      if (fixed === 0) {
        divisor = storedScale(amaxOf(from, n), largestValue(format), scaleDtype);
        scales = writeScale(divisor, scales, scaleDtype);
      }
      let done = 0;
      if (!stochastic) {
        const whole = n & ~15;
        if (encodeFast(format, from, to, whole, divisor) < limit) done = whole;
      }
      const skip = done as usize;
      const left = n - done;
      const index = start + (at as u64) + (done as u64);
      if (left > 0) {
        encodeCarefully(
          format,
          from + (skip << 2),
          to + (skip << shift),
          left,
          divisor,
          ieee,
          stochastic,
          key,
          index,
          saturated,
        );
      }
      at += n;
    }
  }
}
