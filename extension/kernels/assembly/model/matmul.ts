import { tallTile } from './tall-tile';
import { EDGE, storeEdge, tile } from './tile';

/** Most steps of the inner sum a pass: a panel of 8 columns then takes 20 KiB and stays in the first-level cache. */
const DEPTH: i32 = 640;
/** Rows a pass: a block of 256 x 640 floats takes 640 KiB; W, which comes from memory, is gone through once a block. */
const ROWS: i32 = 256;

let tallTiles: bool = false;

/**
 * Chooses tiles of 6 rows instead of 4 in the relaxed build: faster where the engine keeps the order of loads and
 * multiplications, so that 15 vector registers suffice; half as fast where it loads all operands first. Results are
 * the same bits. Without relaxed SIMD a product takes one more register, so the plain build has none.
 */
export function useTallTiles(on: bool): void {
  tallTiles = on;
}

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
  // Passes of about the same length: a short one would be mostly loading and storing of Y.
  const passes = (depth + DEPTH - 1) / DEPTH;
  const most = (depth + passes - 1) / passes;
  for (let k = 0; k < depth; k += most) {
    const steps = min(most, depth - k);
    const add = accumulate || k > 0;
    for (let rowStart = 0; rowStart < rows; rowStart += ROWS) {
      const height = min(ROWS, rows - rowStart);
      const a = x + <usize>(rowStart >> 2) * panelX + ((<usize>k) << 4);
      let panel = w + ((<usize>k) << 5);
      let c = y + <usize>rowStart * strideY;
      for (let column = 0; column + 8 <= columns; column += 8) {
        column8(a, panelX, panel, steps, c, strideY, height, add);
        panel += panelW;
        c += 32;
      }
      if (columns & 7) edgeColumns(a, panelX, panel, steps, c, strideY, height, columns & 7, add);
    }
  }
}

/** 8 columns of a block of `rows` rows. */
// @ts-ignore: decorator
@inline
function column8(
  a: usize,
  panelX: usize,
  panel: usize,
  steps: i32,
  c: usize,
  strideY: usize,
  rows: i32,
  add: bool,
): void {
  let row = 0;
  if (ASC_FEATURE_RELAXED_SIMD && tallTiles) {
    // 12 rows are three panels of X: the second's are shared by two tiles.
    for (; row + 12 <= rows; row += 12) {
      const second = a + panelX;
      const third = second + panelX;
      const row4 = c + (strideY << 2);
      const row6 = row4 + (strideY << 1);
      const row8 = row6 + (strideY << 1);
      tallTile(a, second, panel, steps, c, row4, strideY, add);
      tallTile(third, second + 8, panel, steps, row8, row6, strideY, add);
      a = third + panelX;
      c = row8 + (strideY << 2);
    }
  }
  for (; row < rows; row += 4) {
    tile(a, 16, panel, 32, steps, c, strideY, add);
    a += panelX;
    c += strideY << 2;
  }
}

/** The last `columns` columns, fewer than 8. */
function edgeColumns(
  a: usize,
  panelX: usize,
  panel: usize,
  steps: i32,
  c: usize,
  strideY: usize,
  rows: i32,
  columns: i32,
  add: bool,
): void {
  for (let row = 0; row < rows; row += 4) {
    tile(a, 16, panel, 32, steps, EDGE, 32, false);
    storeEdge(c, strideY, columns, add);
    a += panelX;
    c += strideY << 2;
  }
}
