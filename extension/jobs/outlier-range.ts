import { addColumnRanges, columnMagnitudes, type ColumnRanges } from '../core/analysis/column-ranges';
import type { StorageDtype } from '../core/checkpoint/storage-dtype';
import type { MatrixShape, TensorRange } from '../core/formats/format';
import { outlierColumns, outlierDtype } from '../core/formats/outliers';

/**
 * The columns of a tensor that stay in 16 bit, and the range of the others, from the ranges of the columns in runs of
 * rows. Memory is bounded by some rows.
 */
export async function outlierRange(
  dtype: StorageDtype,
  { columns }: Pick<MatrixShape, 'columns'>,
  count: number,
  runs: AsyncIterable<ColumnRanges>,
): Promise<TensorRange> {
  let whole: ColumnRanges = {
    min: new Float32Array(columns).fill(Infinity),
    max: new Float32Array(columns).fill(-Infinity),
  };
  for await (const run of runs) whole = addColumnRanges(whole, run);
  const kept = outlierColumns(columnMagnitudes(whole), count);
  for (const column of kept) {
    whole.min[column] = Infinity;
    whole.max[column] = -Infinity;
  }
  const outliers = { columns: kept, dtype: outlierDtype(dtype) };
  const min = whole.min.reduce((least, value) => Math.min(least, value), Infinity);
  const max = whole.max.reduce((most, value) => Math.max(most, value), -Infinity);
  if (min > max) return { min: 0, max: 0, amax: 0, outliers };
  // The kept columns hold zeros for the format.
  const range = { min: Math.min(min, 0), max: Math.max(max, 0) };
  return { ...range, amax: Math.max(-range.min, range.max) + 0, outliers };
}
