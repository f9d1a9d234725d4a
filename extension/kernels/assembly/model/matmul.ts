import { EDGE, storeEdge, tile } from './tile';

/** Steps of the inner sum a pass: a panel of 8 columns then takes 16 KiB and stays in the first-level cache. */
const DEPTH: i32 = 512;
/** Rows a pass: a block of 128 x 512 floats takes 256 KiB and stays in the second-level cache. */
const ROWS: i32 = 128;

/**
 * Y[rows, columns] = X W^T, or Y += X W^T with `accumulate`.
 * `x`: packed by `pack4` ([rows / 4][depth][4]); `w`: the matrix [columns, depth] packed by `pack8`
 * ([columns / 8][depth][8], the last panel filled with zeros). `y`: row-major, rows `strideY` bytes apart.
 * `rows` is a multiple of 4.
 */
export function matmul(
  x: usize,
  w: usize,
  y: usize,
  strideY: usize,
  rows: i32,
  depth: i32,
  columns: i32,
  accumulate: bool,
): void {
  const panelX = (<usize>depth) << 4;
  const panelW = (<usize>depth) << 5;
  for (let k = 0; k < depth; k += DEPTH) {
    const steps = min(DEPTH, depth - k);
    const add = accumulate || k > 0;
    for (let rowStart = 0; rowStart < rows; rowStart += ROWS) {
      const rowEnd = min(rows, rowStart + ROWS);
      let panel = w + ((<usize>k) << 5);
      for (let column = 0; column < columns; column += 8) {
        let a = x + <usize>(rowStart >> 2) * panelX + ((<usize>k) << 4);
        let c = y + <usize>rowStart * strideY + ((<usize>column) << 2);
        const left = columns - column;
        for (let row = rowStart; row < rowEnd; row += 4) {
          if (left >= 8) {
            tile(a, 16, panel, 32, steps, c, strideY, add);
          } else {
            tile(a, 16, panel, 32, steps, EDGE, 32, false);
            storeEdge(c, strideY, left, add);
          }
          a += panelX;
          c += strideY << 2;
        }
        panel += panelW;
      }
    }
  }
}
