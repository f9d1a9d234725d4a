import type { MatrixShape } from '../formats/format';

/** Smallest and largest finite value of each column; infinity and -infinity for a column without any. */
export interface ColumnRanges {
  readonly min: Float32Array<ArrayBuffer>;
  readonly max: Float32Array<ArrayBuffer>;
}

/** Reference of the wasm kernel. Zeros come out as +0. */
export function columnRanges(values: Float32Array, { rows, columns }: MatrixShape): ColumnRanges {
  const min = new Float32Array(columns).fill(Infinity);
  const max = new Float32Array(columns).fill(-Infinity);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      if (!Number.isFinite(value)) continue;
      // Adding zero turns -0 into 0: which of the two came first must not show.
      min[column] = Math.min(min[column]!, value + 0);
      max[column] = Math.max(max[column]!, value + 0);
    }
  }
  return { min, max };
}

/** Columns of two runs of rows together. */
export function addColumnRanges(a: ColumnRanges, b: ColumnRanges): ColumnRanges {
  return {
    min: a.min.map((value, column) => Math.min(value, b.min[column]!)),
    max: a.max.map((value, column) => Math.max(value, b.max[column]!)),
  };
}

/** Largest magnitude of each column; 0 for a column without finite values. */
export function columnMagnitudes({ min, max }: ColumnRanges): readonly number[] {
  return Array.from(min, (low, column) => (low > max[column]! ? 0 : Math.max(-low, max[column]!)));
}
