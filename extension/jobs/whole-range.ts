import { NO_VALUES, addRanges, type ValueRange } from '../core/analysis/value-range';
import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TensorInfo } from '../core/checkpoint/tensor';
import { matrixShape } from '../core/formats/matrix';
import type { CastSource } from './cast-tensor';
import { rowRuns, runsAtOnce } from './row-runs';
import { inOrder } from './pipeline';

/** Range of all values of a tensor, read in runs of rows; memory is bounded by the pool's size times a run. */
export async function wholeRange(
  { pool, read }: Pick<CastSource, 'pool' | 'read'>,
  tensor: TensorInfo,
  signal?: AbortSignal,
): Promise<ValueRange> {
  const matrix = matrixShape(tensor.shape);
  const elementBytes = STORAGE_BITS[tensor.dtype] / 8;
  const rowBytes = matrix.columns * elementBytes;
  const tasks = rowRuns(matrix, elementBytes, 1).map(({ firstRow, rows }) => async () => {
    return pool.range(tensor.dtype, await read(tensor, firstRow * rowBytes, rows * rowBytes, signal), signal);
  });
  let whole = NO_VALUES;
  for await (const range of inOrder(tasks, runsAtOnce(pool))) whole = addRanges(whole, range);
  return whole;
}
