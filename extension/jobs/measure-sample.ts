import { tensorRange } from '../core/analysis/value-range';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { StorageDtype } from '../core/checkpoint/storage-dtype';
import type { TensorInfo } from '../core/checkpoint/tensor';
import type { Cast, MatrixShape, TensorRange } from '../core/formats/format';
import { matrixShape } from '../core/formats/matrix';
import type { CastResult, KernelPool } from '../worker/protocol';
import type { CastSource } from './cast-tensor';
import { readRuns, sampleRuns } from './read-runs';

/** Some rows of a tensor as if they were one. */
export interface Sample {
  readonly dtype: StorageDtype;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly matrix: MatrixShape;
  readonly elements: number;
  /** Of the whole tensor, but for the mean magnitude: that is the sample's. */
  readonly range: TensorRange;
}

/** Rows of about `elements` elements, spread over the tensor. */
export async function readSample(
  source: CastSource,
  tensor: TensorInfo,
  profile: Pick<ValueProfile, 'min' | 'max' | 'moments'>,
  elements: number,
  signal?: AbortSignal,
): Promise<Sample> {
  const matrix = matrixShape(tensor.shape);
  const runs = sampleRuns(matrix, elements);
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  const { min, max } = profile.moments.count === 0 ? { min: 0, max: 0 } : profile;
  const bytes = await readRuns(source, tensor, matrix, runs, signal);
  const { meanMagnitude } = tensorRange(await source.pool.range(tensor.dtype, bytes, signal));
  return {
    dtype: tensor.dtype,
    bytes,
    matrix: { rows, columns: matrix.columns },
    elements: rows * matrix.columns,
    range: { min, max, amax: Math.max(Math.abs(min), Math.abs(max)), meanMagnitude },
  };
}

/** Casts a sample; with `decode` also gives the values back. */
export function measureOn(
  { dtype, bytes, matrix, range }: Sample,
  cast: Cast,
  pool: KernelPool,
  signal?: AbortSignal,
  decode = false,
): Promise<CastResult> {
  return pool.cast({ dtype, bytes, matrix, firstElement: 0, cast, range, decode }, signal);
}
