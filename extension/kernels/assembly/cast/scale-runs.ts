import { readScale, scaleSize } from './scale';

/**
 * Multiplies rows of float32 in place by their scales, after zero points (i8, none where `zeros` is 0) are taken from
 * them; blocks and scales as in `encodeRuns`, `fixed` with the zero point `fixedZero`.
 */
export function scaleRuns(
  values: usize,
  rows: i32,
  columns: i32,
  size: i32,
  height: i32,
  fixed: f32,
  fixedZero: f32,
  scales: usize,
  scaleDtype: i32,
  zeros: usize,
): void {
  const across = (columns + size - 1) / size;
  for (let row = 0; row < rows; row++) {
    let index = ((row / height) * across) as usize;
    for (let column = 0; column < columns; column += size) {
      const n = min(size, columns - column);
      let scale = fixed;
      let zero = fixedZero;
      if (fixed === 0) {
        scale = readScale(scales + index * scaleSize(scaleDtype), scaleDtype);
        zero = zeros === 0 ? 0 : (load<i8>(zeros + index) as f32);
        index++;
      }
      scaleValues(values, n, scale, zero);
      values += (n as usize) << 2;
    }
  }
}

/** (value - zero) * scale of n values in place. */
export function scaleValues(values: usize, n: i32, scale: f32, zero: f32): void {
  const factors = f32x4.splat(scale);
  const zeros = f32x4.splat(zero);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = values + ((i as usize) << 2);
    v128.store(at, f32x4.mul(f32x4.sub(v128.load(at), zeros), factors));
  }
  for (; i < n; i++) {
    const at = values + ((i as usize) << 2);
    store<f32>(at, (load<f32>(at) - zero) * scale);
  }
}
