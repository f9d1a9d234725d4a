/** Adds `bias`, `columns` floats, to every row of `x`, row-major. */
export function addBias(x: usize, bias: usize, rows: i32, columns: i32): void {
  for (let row = 0; row < rows; row++) {
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const at = (<usize>column) << 2;
      v128.store(x + at, f32x4.add(v128.load(x + at), v128.load(bias + at)));
    }
    for (; column < columns; column++) {
      const at = (<usize>column) << 2;
      store<f32>(x + at, load<f32>(x + at) + load<f32>(bias + at));
    }
    x += (<usize>columns) << 2;
  }
}
