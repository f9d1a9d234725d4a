import type { MatrixShape } from './format';

/**
 * Rotates runs of `size` columns of each row in place by the orthonormal Hadamard matrix in Sylvester's order; the
 * rotation is its own inverse. `size` is a power of two. Columns after the last whole run of a row stay as they are.
 *
 * The fast Walsh-Hadamard transform, every step rounded to float32: log2(size) rounds of butterflies (a + b, a - b)
 * between columns 1, 2, 4 ... apart, then a multiplication by 1 / sqrt(size) rounded to float32. The kernel does the
 * same steps in the same order.
 */
export function rotateRows(values: Float32Array, { rows, columns }: MatrixShape, size: number): void {
  const norm = Math.fround(1 / Math.sqrt(size));
  for (let row = 0; row < rows; row++) {
    for (let run = 0; run + size <= columns; run += size) {
      const start = row * columns + run;
      for (let apart = 1; apart < size; apart *= 2) butterflies(values, start, size, apart);
      for (let at = start; at < start + size; at++) values[at] = values[at]! * norm;
    }
  }
}

function butterflies(values: Float32Array, start: number, size: number, apart: number): void {
  for (let pair = start; pair < start + size; pair += 2 * apart) {
    for (let at = pair; at < pair + apart; at++) {
      const a = values[at]!;
      const b = values[at + apart]!;
      values[at] = a + b;
      values[at + apart] = a - b;
    }
  }
}
