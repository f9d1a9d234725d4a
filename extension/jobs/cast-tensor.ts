import { tensorRange, type ValueRange } from '../core/analysis/value-range';
import { NO_ERROR, addErrors, type CastErrorSums } from '../core/analysis/cast-error';
import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TensorInfo } from '../core/checkpoint/tensor';
import type { Cast, MatrixShape, TensorRange } from '../core/formats/format';
import { formatOf } from '../core/formats/format-of';
import { matrixShape } from '../core/formats/matrix';
import { rowUnit } from '../core/formats/row-unit';
import { seededFor } from '../core/formats/stochastic';
import type { CastResult, KernelPool } from '../worker/protocol';
import type { FusedRange } from './fused-range';
import { meanScale, withoutNesting } from './mean-scale';
import { outlierRange } from './outlier-range';
import { inOrder } from './pipeline';
import { wholeRange } from './whole-range';

/** Reads bytes of a tensor: `offset` counts from the tensor's first byte. */
export type ReadTensor = (
  tensor: TensorInfo,
  offset: number,
  length: number,
  signal?: AbortSignal,
) => Promise<Uint8Array<ArrayBuffer>>;

export interface CastSource {
  readonly pool: KernelPool;
  readonly read: ReadTensor;
  /** Absent where tensors are cast one by one: each then has a global scale of its own. */
  readonly fusedRange?: FusedRange;
}

/** Source bytes cast at a time: small enough for a prompt cancel, large enough to hide the message's cost. */
const CHUNK_BYTES = 8 << 20;

/** What is known of a tensor when all of it is cast. */
export interface TensorCast {
  readonly errors: CastErrorSums;
  /** Zeros when nothing needed it. */
  readonly range: TensorRange;
}

/** A run of whole rows of a tensor. */
export interface RowRun {
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * Cuts a matrix into runs of whole rows of about `CHUNK_BYTES`, each but the last a multiple of `unit` rows long;
 * none when it is empty.
 */
export function rowRuns(matrix: MatrixShape, elementBytes: number, unit: number): readonly RowRun[] {
  const fitting = Math.floor(CHUNK_BYTES / Math.max(1, matrix.columns * elementBytes));
  const rowsAtOnce = Math.max(1, Math.floor(fitting / unit)) * unit;
  const runs: RowRun[] = [];
  if (matrix.columns === 0) return runs;
  for (let firstRow = 0; firstRow < matrix.rows; firstRow += rowsAtOnce) {
    runs.push({ firstRow, rows: Math.min(rowsAtOnce, matrix.rows - firstRow) });
  }
  return runs;
}

const ANY_RANGE: TensorRange = { min: 0, max: 0, amax: 0 };

/**
 * Casts one tensor in runs of rows, several at once, and yields the results in row order.
 * Memory is bounded by the pool's size times a run, whatever the tensor's size. Rejects with a message that
 * names the tensor when it holds NaN or infinities that the cast can't keep.
 */
export async function* castTensor(
  source: CastSource,
  tensor: TensorInfo,
  asked: Cast,
  options: { readonly decode: boolean; readonly signal?: AbortSignal },
): AsyncGenerator<CastResult, TensorCast, undefined> {
  const cast = seededFor(asked, tensor.name);
  const matrix = matrixShape(tensor.shape);
  const elementBytes = STORAGE_BITS[tensor.dtype] / 8;
  const runs = rowRuns(matrix, elementBytes, rowUnit(cast, matrix.columns));
  const readRun = (run: RowRun): Promise<Uint8Array<ArrayBuffer>> =>
    source.read(
      tensor,
      run.firstRow * matrix.columns * elementBytes,
      run.rows * matrix.columns * elementBytes,
      options.signal,
    );
  const { pool } = source;
  /** Answers of the pool for all runs, in their order. */
  const overRuns = <T>(ask: (run: RowRun, bytes: Uint8Array<ArrayBuffer>) => Promise<T>): AsyncIterable<T> => {
    const tasks = async function* (): AsyncGenerator<() => Promise<T>> {
      for (const run of runs) {
        const bytes = await readRun(run);
        yield () => ask(run, bytes);
      }
    };
    return inOrder(tasks(), pool.size + 1);
  };
  const castRuns = (castTo: Cast, range: TensorRange, decode: boolean): AsyncIterable<CastResult> =>
    overRuns((run, bytes) =>
      pool.cast(
        {
          dtype: tensor.dtype,
          bytes,
          matrix: { rows: run.rows, columns: matrix.columns },
          firstElement: run.firstRow * matrix.columns,
          cast: castTo,
          range,
          decode,
        },
        options.signal,
      ),
    );
  const { dtype } = tensor;
  const { columns } = matrix;
  const plainRange = async (): Promise<TensorRange> => {
    if (cast.outliers !== undefined) {
      const ranges = overRuns((_, bytes) => pool.columns(dtype, bytes, columns, options.signal));
      return outlierRange(dtype, matrix, cast.outliers, ranges);
    }
    const rangeOf = (one: TensorInfo): Promise<ValueRange> => wholeRange(source, one, options.signal);
    if (formatOf(cast).needsRange) return tensorRange(await (source.fusedRange ?? alone)(tensor, rangeOf));
    return cast.scale.kind === 'tensor' ? tensorRange(await rangeOf(tensor)) : ANY_RANGE;
  };
  let range = await plainRange();
  if (cast.nested) {
    const plain = withoutNesting(cast);
    range = { ...range, meanScale: await meanScale(plain, castRuns(plain, range, false)) };
  }

  let errors = NO_ERROR;
  for await (const result of castRuns(cast, range, options.decode)) {
    refuseNonFinite(tensor, cast, result.nan, result.infinite);
    errors = addErrors(errors, result.errors);
    yield result;
  }
  return { errors, range };
}

const alone: FusedRange = (tensor, rangeOf) => rangeOf(tensor);

/**
 * A scale computed beside a NaN or an infinity says nothing, so such weights are refused. An unscaled float
 * keeps them when the policy says `overflow: ieee`.
 */
function refuseNonFinite(tensor: TensorInfo, cast: Cast, nan: number, infinite: number): void {
  if (nan === 0 && infinite === 0) return;
  if (cast.scale.kind === 'none' && cast.overflow === 'ieee' && formatOf(cast).family === 'float') return;
  throw new Error(
    `${tensor.name}: holds ${nan} NaN and ${infinite} infinite values, which ${cast.format} can't store; keep this tensor, or cast it to an unscaled float with "overflow: ieee"`,
  );
}
