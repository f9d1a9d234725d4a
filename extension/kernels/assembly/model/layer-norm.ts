/**
 * y = weight * ((x - mean(x)) / sqrt(var(x) + eps)) + bias, row by row, as PyTorch's LayerNorm: the variance is that of
 * all, in a second pass over the differences. x, y: row-major [rows, columns]; y may be x.
 */
export function layerNorm(
  x: usize,
  weight: usize,
  bias: usize,
  eps: f32,
  rows: i32,
  columns: i32,
  y: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const mean: f32 = sumOf(x, columns) / <f32>columns;
    const factor: f32 = 1 / sqrt<f32>(squaresOf(x, mean, columns) / <f32>columns + eps);
    const means = f32x4.splat(mean);
    const factors = f32x4.splat(factor);
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const at = (<usize>column) << 2;
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), means), factors);
      v128.store(y + at, f32x4.add(f32x4.mul(v128.load(weight + at), normal), v128.load(bias + at)));
    }
    for (; column < columns; column++) {
      const at = (<usize>column) << 2;
      store<f32>(y + at, load<f32>(weight + at) * ((load<f32>(x + at) - mean) * factor) + load<f32>(bias + at));
    }
    x += (<usize>columns) << 2;
    y += (<usize>columns) << 2;
  }
}

function sumOf(x: usize, columns: i32): f32 {
  let lanes = f32x4.splat(0);
  let column = 0;
  for (; column + 4 <= columns; column += 4) lanes = f32x4.add(lanes, v128.load(x + ((<usize>column) << 2)));
  let sum = acrossLanes(lanes);
  for (; column < columns; column++) sum += load<f32>(x + ((<usize>column) << 2));
  return sum;
}

function squaresOf(x: usize, mean: f32, columns: i32): f32 {
  const means = f32x4.splat(mean);
  let lanes = f32x4.splat(0);
  let column = 0;
  for (; column + 4 <= columns; column += 4) {
    const difference = f32x4.sub(v128.load(x + ((<usize>column) << 2)), means);
    lanes = f32x4.add(lanes, f32x4.mul(difference, difference));
  }
  let sum = acrossLanes(lanes);
  for (; column < columns; column++) {
    const difference = load<f32>(x + ((<usize>column) << 2)) - mean;
    sum += difference * difference;
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function acrossLanes(lanes: v128): f32 {
  return (
    f32x4.extract_lane(lanes, 0) +
    f32x4.extract_lane(lanes, 1) +
    (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3))
  );
}
