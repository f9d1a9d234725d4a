import { STORAGE_BITS } from '../core/checkpoint/storage-dtype';
import type { TensorRange } from '../core/formats/format';
import { matrixShape } from '../core/formats/matrix';
import { rowUnit } from '../core/formats/row-unit';
import type { PlannedTensor } from '../core/resolve/plan';
import type { CastResult } from '../worker/protocol';
import { castRange, castRows, type CastSource } from './cast-tensor';
import { inOrder } from './pipeline';
import { rowRuns, runsAtOnce } from './row-runs';

/** What the tensors of a shard become, from the first byte of the first to the last of the last. */
export type ShardPiece = {
  readonly planned: PlannedTensor;
  /** Whether this is the last of its tensor. */
  readonly last: boolean;
} & (
  | { readonly kind: 'kept'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** `range` is what the cast had to know of the whole tensor. */
  | { readonly kind: 'cast'; readonly result: CastResult; readonly range: TensorRange }
);

/** Bytes of a kept tensor at a time. */
const COPY_BYTES = 4 << 20;

/**
 * Reads and casts tensors in runs of rows, several at once, and yields them in order. The first runs of a tensor are
 * under way before the last of the one before it are done: a mixture of experts has thousands of tensors of a run or two.
 * Memory is bounded by the pool's size times a run.
 */
export function shardPieces(
  tensors: readonly PlannedTensor[],
  source: CastSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShardPiece, void, undefined> {
  return inOrder(pieceTasks(tensors, source, signal), runsAtOnce(source.pool));
}

function* pieceTasks(
  tensors: readonly PlannedTensor[],
  source: CastSource,
  signal: AbortSignal | undefined,
): Generator<() => Promise<ShardPiece>> {
  for (const planned of tensors) {
    yield* planned.treatment.kind === 'cast' ? castTasks(planned, source, signal) : copyTasks(planned, source, signal);
  }
}

function* copyTasks(
  planned: PlannedTensor,
  source: CastSource,
  signal: AbortSignal | undefined,
): Generator<() => Promise<ShardPiece>> {
  const { tensor } = planned;
  // An empty tensor is one piece without bytes.
  for (let offset = 0; offset === 0 || offset < tensor.bytes; offset += COPY_BYTES) {
    const length = Math.min(COPY_BYTES, tensor.bytes - offset);
    const last = offset + length === tensor.bytes;
    yield async () => ({ kind: 'kept', planned, last, bytes: await source.read(tensor, offset, length, signal) });
  }
}

function* castTasks(
  planned: PlannedTensor,
  source: CastSource,
  signal: AbortSignal | undefined,
): Generator<() => Promise<ShardPiece>> {
  const { tensor, treatment } = planned;
  if (treatment.kind !== 'cast') return;
  const { cast } = treatment;
  const matrix = matrixShape(tensor.shape);
  let asked: Promise<TensorRange> | undefined;
  // Asked for by the first of the tensor's tasks, so that no tensor is read before its turn.
  const range = (): Promise<TensorRange> => (asked ??= castRange(source, tensor, cast, signal));
  const runs = rowRuns(matrix, STORAGE_BITS[tensor.dtype] / 8, rowUnit(cast, matrix.columns));
  for (const run of runs) {
    const last = run === runs.at(-1);
    yield async () => {
      const whole = await range();
      const result = await castRows(source, tensor, cast, whole, run, { decode: false, signal });
      return { kind: 'cast', planned, last, result, range: whole };
    };
  }
}
