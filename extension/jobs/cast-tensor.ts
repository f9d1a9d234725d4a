import type { ColumnRanges } from '../core/analysis/column-ranges';
import { tensorRange, type ValueRange } from '../core/analysis/value-range';
import { NO_ERROR, addErrors, type CastErrorSums } from '../core/analysis/cast-error';
import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TensorInfo } from '../core/checkpoint/tensor';
import type { Cast, TensorRange } from '../core/formats/format';
import { formatOf } from '../core/formats/format-of';
import { matrixShape } from '../core/formats/matrix';
import { rowUnit } from '../core/formats/row-unit';
import { seededFor } from '../core/formats/stochastic';
import type { CastResult, KernelPool } from '../worker/protocol';
import { WorkerLost, diedTwice } from '../worker/worker-lost';
import type { FusedRange } from './fused-range';
import { meanScale, withoutNesting } from './mean-scale';
import { outlierRange } from './outlier-range';
import { inOrder } from './pipeline';
import { rowRuns, runsAtOnce, type RowRun } from './row-runs';
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

/** What is known of a tensor when all of it is cast. */
export interface TensorCast {
  readonly errors: CastErrorSums;
  /** Zeros when nothing needed it. */
  readonly range: TensorRange;
}

const ANY_RANGE: TensorRange = { min: 0, max: 0, amax: 0 };

/** What is asked of a cast besides its bytes. */
export interface CastOptions {
  /** Also give the cast values in float32. */
  readonly decode: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Casts one tensor in runs of rows, several at once, and yields the results in row order.
 * Memory is bounded by the pool's size times a run, whatever the tensor's size. Rejects with a message that
 * names the tensor when it holds NaN or infinities that the cast can't keep.
 */
export async function* castTensor(
  source: CastSource,
  tensor: TensorInfo,
  cast: Cast,
  options: CastOptions,
): AsyncGenerator<CastResult, TensorCast, undefined> {
  const range = await castRange(source, tensor, cast, options.signal);
  let errors = NO_ERROR;
  const ask = castWith(source, tensor, cast, range, options);
  for await (const result of overRuns(source, tensor, cast, options.signal, ask)) {
    refuseLoss(tensor, cast, result);
    errors = addErrors(errors, result.errors);
    yield result;
  }
  return { errors, range };
}

/** Casts some rows of a tensor, from a multiple of the cast's `rowUnit` to another or to the end; rejects as above. */
export async function castRows(
  source: CastSource,
  tensor: TensorInfo,
  cast: Cast,
  range: TensorRange,
  run: RowRun,
  options: CastOptions,
): Promise<CastResult> {
  const ask = castWith(source, tensor, cast, range, options, 'given');
  const attempt = async (): Promise<CastResult> => ask(run, await readRun(source, tensor, run, options.signal));
  const result = await attempt().catch((error: unknown) => {
    if (!(error instanceof WorkerLost)) throw error;
    return attempt().catch((again: unknown) => {
      throw again instanceof WorkerLost ? new Error(diedTwice(again.message)) : again;
    });
  });
  refuseLoss(tensor, cast, result);
  return result;
}

/** What a cast must know of the whole tensor before its first row; zeros when it needs nothing. */
export async function castRange(
  source: CastSource,
  tensor: TensorInfo,
  cast: Cast,
  signal: AbortSignal | undefined,
): Promise<TensorRange> {
  const range = await plainRange(source, tensor, cast, signal);
  if (!cast.nested) return range;
  const plain = withoutNesting(cast);
  const ask = castWith(source, tensor, plain, range, { decode: false, signal });
  return { ...range, meanScale: await meanScale(plain, overRuns(source, tensor, cast, signal, ask)) };
}

/** The same, without what nested scales need. */
async function plainRange(
  source: CastSource,
  tensor: TensorInfo,
  cast: Cast,
  signal: AbortSignal | undefined,
): Promise<TensorRange> {
  const { dtype, shape } = tensor;
  if (cast.outliers !== undefined) {
    const matrix = matrixShape(shape);
    const ask: Ask<ColumnRanges> = (_, bytes) => source.pool.columns(dtype, bytes, matrix.columns, signal);
    return outlierRange(dtype, matrix, cast.outliers, overRuns(source, tensor, cast, signal, ask));
  }
  const rangeOf = (one: TensorInfo): Promise<ValueRange> => wholeRange(source, one, signal);
  if (formatOf(cast).needsRange) return tensorRange(await (source.fusedRange ?? alone)(tensor, rangeOf));
  return cast.scale.kind === 'tensor' ? tensorRange(await rangeOf(tensor)) : ANY_RANGE;
}

/** Something asked of the pool about the bytes of a run. */
type Ask<T> = (run: RowRun, bytes: Uint8Array<ArrayBuffer>) => Promise<T>;

/** Answers of the pool for all runs, in their order. */
function overRuns<T>(
  source: CastSource,
  tensor: TensorInfo,
  cast: Cast,
  signal: AbortSignal | undefined,
  ask: Ask<T>,
): AsyncIterable<T> {
  const matrix = matrixShape(tensor.shape);
  const runs = rowRuns(matrix, STORAGE_BITS[tensor.dtype] / 8, rowUnit(cast, matrix.columns));
  const tasks = runs.map((run) => async () => ask(run, await readRun(source, tensor, run, signal)));
  return inOrder(tasks, runsAtOnce(source.pool));
}

function castWith(
  { pool }: CastSource,
  { name, dtype, shape }: TensorInfo,
  cast: Cast,
  range: TensorRange,
  { decode, signal }: CastOptions,
  given?: 'given',
): Ask<CastResult> {
  const { columns } = matrixShape(shape);
  const seeded = seededFor(cast, name);
  return (run, bytes) => {
    const matrix = { rows: run.rows, columns };
    const firstElement = run.firstRow * columns;
    return pool.cast({ dtype, bytes, matrix, firstElement, cast: seeded, range, decode }, signal, given);
  };
}

function readRun({ read }: CastSource, tensor: TensorInfo, run: RowRun, signal: AbortSignal | undefined) {
  const rowBytes = (matrixShape(tensor.shape).columns * STORAGE_BITS[tensor.dtype]) / 8;
  return read(tensor, run.firstRow * rowBytes, run.rows * rowBytes, signal);
}

const alone: FusedRange = (tensor, rangeOf) => rangeOf(tensor);

/**
 * A scale computed beside a NaN or an infinity says nothing, so such weights are refused. An unscaled float
 * keeps them when the policy says `overflow: ieee`.
 *
 * So are finite weights near the end of float32 that come back infinite: a sum in a rotation, or the largest code times
 * a scale that was rounded up, may lie beyond it. Under `overflow: ieee` that is what was asked for.
 */
function refuseLoss(tensor: TensorInfo, cast: Cast, { nan, infinite, errors }: CastResult): void {
  const ieee = cast.overflow === 'ieee';
  if (nan === 0 && infinite === 0) {
    if (ieee || Number.isFinite(errors.noise)) return;
    throw new Error(
      `${tensor.name}: holds values too large for ${cast.format}, which would give infinity back; keep this tensor, or scale its values down before the cast`,
    );
  }
  if (cast.scale.kind === 'none' && ieee && formatOf(cast).family === 'float') return;
  const beyond = tensor.dtype === 'F64' ? ' (or beyond float32)' : '';
  throw new Error(
    `${tensor.name}: holds ${nan} NaN and ${infinite} infinite values${beyond}, which ${cast.format} can't store; keep this tensor, or cast it to an unscaled float with "overflow: ieee"`,
  );
}
