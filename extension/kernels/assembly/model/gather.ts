/**
 * Rows of a table [ids, columns] that is packed by `pack8`, so that a tied head needs no second copy.
 * `tokens`: int32, each less than the number of rows. `y`: row-major [count, columns].
 */
export function gather(table: usize, tokens: usize, count: i32, columns: i32, y: usize): void {
  const panel = (<usize>columns) << 5;
  for (let i = 0; i < count; i++) {
    const token = load<i32>(tokens + ((<usize>i) << 2));
    let from = table + <usize>(token >> 3) * panel + ((<usize>(token & 7)) << 2);
    for (let column = 0; column < columns; column++) {
      store<f32>(y, load<f32>(from));
      from += 32;
      y += 4;
    }
  }
}
