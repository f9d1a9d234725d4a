/**
 * Packs rows into panels of 4: [ceil(rows / 4)][columns][4], what `matmul` takes as X and attention as keys.
 * `x` is row-major with rows `strideX` bytes apart; rows that are missing in the last panel become 0.
 */
export function pack4(x: usize, strideX: usize, rows: i32, columns: i32, packed: usize): void {
  const panel = (<usize>columns) << 4;
  for (let row = 0; row < rows; row += 4) {
    panelOf(x, strideX, min(4, rows - row), columns, packed, 16);
    x += strideX << 2;
    packed += panel;
  }
}

/** Packs rows into panels of 8: [ceil(rows / 8)][columns][8], what `matmul` takes as W and attention as queries. */
export function pack8(x: usize, strideX: usize, rows: i32, columns: i32, packed: usize): void {
  const panel = (<usize>columns) << 5;
  for (let row = 0; row < rows; row += 8) {
    const here = rows - row;
    panelOf(x, strideX, min(4, here), columns, packed, 32);
    panelOf(x + (strideX << 2), strideX, max(0, min(4, here - 4)), columns, packed + 16, 32);
    x += strideX << 3;
    packed += panel;
  }
}

/** Transposes up to 4 rows into groups of 4 floats, `step` bytes apart. */
function panelOf(x: usize, strideX: usize, rows: i32, columns: i32, packed: usize, step: usize): void {
  let column = 0;
  if (rows === 4) {
    const x1 = x + strideX;
    const x2 = x1 + strideX;
    const x3 = x2 + strideX;
    for (; column + 4 <= columns; column += 4) {
      const at = (<usize>column) << 2;
      const r0 = v128.load(x + at);
      const r1 = v128.load(x1 + at);
      const r2 = v128.load(x2 + at);
      const r3 = v128.load(x3 + at);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(packed, v128.shuffle<f64>(low01, low23, 0, 2));
      packed += step;
      v128.store(packed, v128.shuffle<f64>(low01, low23, 1, 3));
      packed += step;
      v128.store(packed, v128.shuffle<f64>(high01, high23, 0, 2));
      packed += step;
      v128.store(packed, v128.shuffle<f64>(high01, high23, 1, 3));
      packed += step;
    }
  }
  for (; column < columns; column++) {
    let from = x + ((<usize>column) << 2);
    for (let row = 0; row < 4; row++) {
      store<f32>(packed + ((<usize>row) << 2), row < rows ? load<f32>(from) : 0);
      from += strideX;
    }
    packed += step;
  }
}
