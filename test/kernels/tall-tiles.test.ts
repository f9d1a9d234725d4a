import { expect, test } from 'vitest';
import { buffersOf } from './approximations';
import { modelModule, noise } from './model-kernels';

const ROOM = 1 << 20;
const { wasm, at } = buffersOf(modelModule('relaxed'), ROOM);

/** Y[rows, columns], onto ones. */
function product(rows: number, depth: number, columns: number, accumulate: boolean, tall: boolean): Float32Array {
  const { buffer } = wasm.memory;
  const plain = at;
  const x = plain + Math.max(rows, columns) * depth * 4;
  const w = x + rows * depth * 4;
  const y = w + (columns + 8) * depth * 4;
  expect(y + rows * columns * 4).toBeLessThanOrEqual(at + ROOM * 8);
  new Float32Array(buffer, plain, rows * depth).set(noise(rows * depth, 1));
  wasm.pack4(plain, depth * 4, rows, depth, x);
  new Float32Array(buffer, plain, columns * depth).set(noise(columns * depth, 2));
  wasm.pack8(plain, depth * 4, columns, depth, w);
  const values = new Float32Array(buffer, y, rows * columns).fill(1);
  wasm.useTallTiles(tall);
  wasm.matmul(x, w, y, columns * 4, rows, depth, columns, accumulate);
  return values.slice();
}

test.each([
  [8, 5, 8],
  [12, 7, 16],
  [24, 1300, 11],
  [136, 70, 24],
  [272, 40, 9],
])('%i rows, %i deep, %i columns: tiles of 6 rows give the bits of those of 4', (rows, depth, columns) => {
  for (const accumulate of [false, true]) {
    const wanted = product(rows, depth, columns, accumulate, false);
    expect(product(rows, depth, columns, accumulate, true)).toEqual(wanted);
  }
});
