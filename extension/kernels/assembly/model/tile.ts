import { madd } from './madd';

/**
 * The one inner loop of every product: a tile of 4 rows x 8 columns of A B held in eight vectors.
 * Step i reads 4 floats of A at `a + i * strideA` and 8 of B at `b + i * strideB` (strides in bytes, constants at most
 * call sites, so that the loop is specialised where it is inlined). Sums run over i in order, in float32.
 * The tile is stored at `c`, rows `strideC` bytes apart; with `add` it is added to what is there.
 * Reference: XNNPACK f32-gemm/4x8-wasmsimd; 4x8 keeps within the 16 vector registers of every engine.
 */
// @ts-ignore: decorator
@inline
export function tile(
  a: usize,
  strideA: usize,
  b: usize,
  strideB: usize,
  steps: i32,
  c: usize,
  strideC: usize,
  add: bool,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let i = steps; i > 0; i--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    a += strideA;
    b += strideB;
  }
  if (add) {
    let row = c;
    c00 = f32x4.add(c00, v128.load(row));
    c01 = f32x4.add(c01, v128.load(row, 16));
    row += strideC;
    c10 = f32x4.add(c10, v128.load(row));
    c11 = f32x4.add(c11, v128.load(row, 16));
    row += strideC;
    c20 = f32x4.add(c20, v128.load(row));
    c21 = f32x4.add(c21, v128.load(row, 16));
    row += strideC;
    c30 = f32x4.add(c30, v128.load(row));
    c31 = f32x4.add(c31, v128.load(row, 16));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += strideC;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += strideC;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += strideC;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

/** A tile kept aside when a matrix has fewer than 8 columns left: 4 rows of 32 bytes. */
export const EDGE: usize = memory.data(128, 16);

/** Copies, or adds, the first `columns` of the tile kept aside to `c`. */
export function storeEdge(c: usize, strideC: usize, columns: i32, add: bool): void {
  let from = EDGE;
  for (let row = 0; row < 4; row++) {
    for (let i = 0; i < columns; i++) {
      const at = c + (<usize>i << 2);
      const value = load<f32>(from + (<usize>i << 2));
      store<f32>(at, add ? load<f32>(at) + value : value);
    }
    from += 32;
    c += strideC;
  }
}
