/**
 * y = weight * (x / sqrt(mean(x^2) + eps)), row by row, float32 as LlamaRMSNorm of transformers.
 * x, y: row-major [rows, columns]; y may be x.
 */
export function rmsNorm(x: usize, weight: usize, eps: f32, rows: i32, columns: i32, y: usize): void {
  for (let row = 0; row < rows; row++) {
    let squares = f32x4.splat(0);
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const v = v128.load(x + ((<usize>column) << 2));
      squares = f32x4.add(squares, f32x4.mul(v, v));
    }
    let sum =
      f32x4.extract_lane(squares, 0) +
      f32x4.extract_lane(squares, 1) +
      (f32x4.extract_lane(squares, 2) + f32x4.extract_lane(squares, 3));
    for (; column < columns; column++) {
      const v = load<f32>(x + ((<usize>column) << 2));
      sum += v * v;
    }
    const factor: f32 = 1 / sqrt<f32>(sum / <f32>columns + eps);
    const factors = f32x4.splat(factor);
    column = 0;
    for (; column + 4 <= columns; column += 4) {
      const at = (<usize>column) << 2;
      v128.store(y + at, f32x4.mul(v128.load(weight + at), f32x4.mul(v128.load(x + at), factors)));
    }
    for (; column < columns; column++) {
      const at = (<usize>column) << 2;
      store<f32>(y + at, load<f32>(weight + at) * (load<f32>(x + at) * factor));
    }
    x += (<usize>columns) << 2;
    y += (<usize>columns) << 2;
  }
}
