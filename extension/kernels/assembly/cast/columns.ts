/** Copies a column of a matrix of float32 into column `at` of another of `width` columns, and leaves zeros. */
export function takeColumn(values: usize, rows: i32, columns: i32, column: i32, kept: usize, width: i32, at: i32): void {
  values += (column as usize) << 2;
  kept += (at as usize) << 2;
  for (let row = 0; row < rows; row++) {
    store<f32>(kept, load<f32>(values));
    store<f32>(values, 0);
    values += (columns as usize) << 2;
    kept += (width as usize) << 2;
  }
}

/** The inverse of `takeColumn`; the kept values stay. */
export function putColumn(values: usize, rows: i32, columns: i32, column: i32, kept: usize, width: i32, at: i32): void {
  values += (column as usize) << 2;
  kept += (at as usize) << 2;
  for (let row = 0; row < rows; row++) {
    store<f32>(values, load<f32>(kept));
    values += (columns as usize) << 2;
    kept += (width as usize) << 2;
  }
}

/**
 * Adds the finite values of rows to the ranges of their columns: f32 min by column, f32 max by column (start with
 * infinity and -infinity). Zeros may come out with either sign.
 */
export function columnRanges(values: usize, rows: i32, columns: i32, min: usize, max: usize): void {
  const zero = f32x4.splat(0);
  const whole = columns & ~3;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < whole; column += 4) {
      const at = (column as usize) << 2;
      const x = v128.load(values + at);
      // x - x is zero exactly where x is finite.
      const finite = f32x4.eq(f32x4.sub(x, x), zero);
      const low = v128.load(min + at);
      const high = v128.load(max + at);
      v128.store(min + at, v128.bitselect(f32x4.pmin(low, x), low, finite));
      v128.store(max + at, v128.bitselect(f32x4.pmax(high, x), high, finite));
    }
    for (let column = whole; column < columns; column++) {
      const at = (column as usize) << 2;
      const x = load<f32>(values + at);
      if (x - x !== 0) continue;
      if (x < load<f32>(min + at)) store<f32>(min + at, x);
      if (x > load<f32>(max + at)) store<f32>(max + at, x);
    }
    values += (columns as usize) << 2;
  }
}
