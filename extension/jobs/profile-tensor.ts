import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TensorInfo } from '../core/checkpoint/tensor';
import { emptyProfile, mergeProfiles, type ValueProfile } from '../core/analysis/value-profile';
import { matrixShape } from '../core/formats/matrix';
import type { CastSource } from './cast-tensor';
import { rowRuns } from './row-runs';
import { inOrder } from './pipeline';

/** Profile of all values of a tensor, read in runs of rows; memory is bounded by the pool's size times a run. */
export async function profileTensor(
  source: CastSource,
  tensor: TensorInfo,
  signal?: AbortSignal,
): Promise<ValueProfile> {
  const matrix = matrixShape(tensor.shape);
  const rowBytes = (matrix.columns * STORAGE_BITS[tensor.dtype]) / 8;
  const tasks = async function* (): AsyncGenerator<() => Promise<ValueProfile>> {
    for (const run of rowRuns(matrix, STORAGE_BITS[tensor.dtype] / 8, 1)) {
      const bytes = await source.read(tensor, run.firstRow * rowBytes, run.rows * rowBytes, signal);
      yield () => source.pool.profile(tensor.dtype, bytes, signal);
    }
  };
  let whole = emptyProfile();
  for await (const part of inOrder(tasks(), source.pool.size + 1)) whole = mergeProfiles(whole, part);
  return whole;
}
