import { widenE2m1 } from './e2m1-grid';
import { widenScaledE4m3 } from './e4m3';
import { widenScaledE5m2 } from './e5m2';
import { DEFINED, E4M3 } from './float-layouts';
import { readScale, scaleSize } from './scale';

/**
 * The inverse of `encodeRuns` for E4M3, E5M2 and E2M1, which the defined float is taken for: codes one a byte times the
 * scales of their blocks.
 */
export function decodeFloatRuns(
  format: i32,
  codes: usize,
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  height: i32,
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
): void {
  const across = (columns + size - 1) / size;
  for (let row = 0; row < rows; row++) {
    let at = scales + (((row / height) * across) as usize) * scaleSize(scaleDtype);
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      let scale = fixed;
      if (fixed === 0) {
        scale = readScale(at, scaleDtype);
        at += scaleSize(scaleDtype);
      }
      if (format === E4M3) widenScaledE4m3(codes, values, n, scale);
      else if (format === DEFINED) widenE2m1(codes, values, n, scale);
      else widenScaledE5m2(codes, values, n, scale);
      codes += n as usize;
      values += (n as usize) << 2;
    }
  }
}
