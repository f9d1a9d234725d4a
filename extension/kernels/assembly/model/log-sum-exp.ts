import { exp4 } from './exp';

/** Terms that are added up in float32 before the sum goes on in float64. */
const RUN: i32 = 256;

/**
 * Largest logit of each row, where it stands (the first of equals), and the sum of e^(logit - largest).
 * `logits`: row-major [rows, columns]. `y`: 16 bytes a row: sum as float64, largest as float32, its column as int32.
 * The sum is NaN when the row holds a NaN or an infinity; the other two then say nothing.
 */
export function logSumExp(logits: usize, rows: i32, columns: i32, y: usize): void {
  for (let row = 0; row < rows; row++) {
    const most = largest(logits, columns);
    store<f64>(y, sumOfExponentials(logits, columns, most));
    store<f32>(y, most, 8);
    store<i32>(y, columnOf(logits, columns, most), 12);
    logits += (<usize>columns) << 2;
    y += 16;
  }
}

function largest(x: usize, columns: i32): f32 {
  let most: f32 = load<f32>(x);
  let column = 0;
  if (columns >= 4) {
    let lanes = v128.load(x);
    let others = lanes;
    for (column = 4; column + 8 <= columns; column += 8) {
      const at = x + ((<usize>column) << 2);
      lanes = f32x4.pmax(lanes, v128.load(at));
      others = f32x4.pmax(others, v128.load(at, 16));
    }
    if (column + 4 <= columns) {
      lanes = f32x4.pmax(lanes, v128.load(x + ((<usize>column) << 2)));
      column += 4;
    }
    lanes = f32x4.pmax(lanes, others);
    const a = max(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1));
    const b = max(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3));
    most = max(a, b);
  }
  for (; column < columns; column++) most = max(most, load<f32>(x + ((<usize>column) << 2)));
  return most;
}

/** First column that holds `value`; -1 when none does. */
function columnOf(x: usize, columns: i32, value: f32): i32 {
  const values = f32x4.splat(value);
  let column = 0;
  // The first 16 columns with it among them, then which.
  for (; column + 16 <= columns; column += 16) {
    const at = x + ((<usize>column) << 2);
    const low = v128.or(f32x4.eq(v128.load(at), values), f32x4.eq(v128.load(at, 16), values));
    const high = v128.or(f32x4.eq(v128.load(at, 32), values), f32x4.eq(v128.load(at, 48), values));
    if (v128.any_true(v128.or(low, high))) break;
  }
  for (; column < columns; column++) {
    if (load<f32>(x + ((<usize>column) << 2)) === value) return column;
  }
  return -1;
}

function sumOfExponentials(x: usize, columns: i32, most: f32): f64 {
  const shift = f32x4.splat(most);
  let sum: f64 = 0;
  let column = 0;
  while (column + 4 <= columns) {
    const end = min(columns, column + RUN);
    let lanes = f32x4.splat(0);
    for (; column + 4 <= end; column += 4) {
      lanes = f32x4.add(lanes, exp4(f32x4.sub(v128.load(x + ((<usize>column) << 2)), shift)));
    }
    sum += sumOf(lanes);
  }
  for (; column < columns; column++) {
    const value = load<f32>(x + ((<usize>column) << 2)) - most;
    sum += <f64>f32x4.extract_lane(exp4(f32x4.splat(value)), 0);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
export function sumOf(lanes: v128): f64 {
  const sums = f64x2.add(
    f64x2.promote_low_f32x4(lanes),
    f64x2.promote_low_f32x4(v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1)),
  );
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
