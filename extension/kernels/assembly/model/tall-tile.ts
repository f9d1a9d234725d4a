import { madd } from './madd';

/**
 * A tile of 6 rows x 8 columns of A B: twelve sums, which hide that each addition has to wait for the one before.
 * A is packed by `pack4`, so the rows come from two panels: 4 rows at `quad`, stored at `cQuad`, and 2 at `pair`, stored
 * at `cPair`, rows `strideC` bytes apart. B is packed by `pack8`. Sums are those of `tile`, to the last bit.
 * Sums, B and one element of A take 15 vector registers: see `useTallTiles`.
 */
// @ts-ignore: decorator
@inline
export function tallTile(
  quad: usize,
  pair: usize,
  b: usize,
  steps: i32,
  cQuad: usize,
  cPair: usize,
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
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  for (let i = steps; i > 0; i--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(quad);
    c00 = madd(a0, b0, c00);
    c01 = madd(a0, b1, c01);
    const a1 = v128.load32_splat(quad, 4);
    c10 = madd(a1, b0, c10);
    c11 = madd(a1, b1, c11);
    const a2 = v128.load32_splat(quad, 8);
    c20 = madd(a2, b0, c20);
    c21 = madd(a2, b1, c21);
    const a3 = v128.load32_splat(quad, 12);
    c30 = madd(a3, b0, c30);
    c31 = madd(a3, b1, c31);
    const a4 = v128.load32_splat(pair);
    c40 = madd(a4, b0, c40);
    c41 = madd(a4, b1, c41);
    const a5 = v128.load32_splat(pair, 4);
    c50 = madd(a5, b0, c50);
    c51 = madd(a5, b1, c51);
    quad += 16;
    pair += 16;
    b += 32;
  }
  if (add) {
    let row = cQuad;
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
    row = cPair;
    c40 = f32x4.add(c40, v128.load(row));
    c41 = f32x4.add(c41, v128.load(row, 16));
    row += strideC;
    c50 = f32x4.add(c50, v128.load(row));
    c51 = f32x4.add(c51, v128.load(row, 16));
  }
  v128.store(cQuad, c00);
  v128.store(cQuad, c01, 16);
  cQuad += strideC;
  v128.store(cQuad, c10);
  v128.store(cQuad, c11, 16);
  cQuad += strideC;
  v128.store(cQuad, c20);
  v128.store(cQuad, c21, 16);
  cQuad += strideC;
  v128.store(cQuad, c30);
  v128.store(cQuad, c31, 16);
  v128.store(cPair, c40);
  v128.store(cPair, c41, 16);
  cPair += strideC;
  v128.store(cPair, c50);
  v128.store(cPair, c51, 16);
}
