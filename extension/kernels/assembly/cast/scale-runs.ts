import { readScale, scaleSize } from './scale';

/** Multiplies rows of float32 in place by their scales; runs and scales as in `encodeRuns`. */
export function scaleRuns(
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  fixed: f32,
  scales: usize,
  scaleDtype: i32,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      let scale = fixed;
      if (fixed === 0) {
        scale = readScale(scales, scaleDtype);
        scales += scaleSize(scaleDtype);
      }
      const lanes = f32x4.splat(scale);
      let i = 0;
      for (; i + 4 <= n; i += 4) {
        const at = values + ((i as usize) << 2);
        v128.store(at, f32x4.mul(v128.load(at), lanes));
      }
      for (; i < n; i++) {
        const at = values + ((i as usize) << 2);
        store<f32>(at, load<f32>(at) * scale);
      }
      values += (n as usize) << 2;
    }
  }
}
