import { formatBytes } from '../core/byte-size';
import { elementCount } from '../core/checkpoint/storage-dtype';
import type { Experts } from '../core/model/blocks/experts';
import type { ModelGraph } from '../core/model/graph';
import { MODEL_MEMORY_LIMIT } from '../kernels/model-memory';
import { modelBytes, type ModelNeed } from '../kernels/model-size';
import { streamedBytes, type StreamedBytes } from '../kernels/streamed-size';

/** Contexts below it are no advice. */
const SHORTEST = 64;

/** Taken for what a host has that does not tell. */
const UNKNOWN_MEMORY = MODEL_MEMORY_LIMIT;

/** What the host keeps for each of its workers: rows of matrices that are read, cast and decoded ahead (measured). */
const HOST_BYTES = 256 << 20;

/**
 * Tokens of a batch in a worker. A weight is read and decoded once a batch, which costs about as much as multiplying it
 * with twenty tokens: with so many it no longer shows.
 */
const BATCH_TOKENS = 2048;

/** What the manner of evaluating depends on. */
export interface MemoryNeed extends ModelNeed {
  /** How many there are to score. */
  readonly windows: number;
}

export interface HostMemory {
  /** Workers at most. */
  readonly workers: number;
  /** Bytes for all of them, where that is known. */
  readonly memory: number | undefined;
}

/** How a model is evaluated, and by how many workers. */
export type Manner =
  /** Each worker holds all weights, in `bytes` of memory. */
  | { readonly kind: 'held'; readonly workers: number; readonly bytes: number }
  /** Weights pass by; a batch has at most `windows` windows a worker. */
  | { readonly kind: 'streamed'; readonly workers: number; readonly bytes: StreamedBytes; readonly windows: number };

/**
 * The weights are held where each worker has memory for them, and pass by where not. Throws when not even that fits,
 * saying what would.
 */
export function mannerOf(need: MemoryNeed, host: HostMemory): Manner {
  const { windows } = need;
  const asked = Math.max(1, Math.min(host.workers, windows));
  const memory = host.memory ?? UNKNOWN_MEMORY;
  const most = Math.min(MODEL_MEMORY_LIMIT, memory / asked);
  if (weightBytes(need.graph) <= most) {
    const bytes = modelBytes(need);
    if (bytes <= most) return { kind: 'held', workers: asked, bytes };
  }
  const sizes = new Map<number, StreamedBytes>();
  const streamed = (count: number): StreamedBytes => {
    const known = sizes.get(count) ?? streamedBytes({ ...need, windows: count });
    sizes.set(count, known);
    return known;
  };
  for (let workers = asked; workers >= 1; workers--) {
    const share = memory / workers - HOST_BYTES;
    for (let count = mostWindows(need, workers); count >= 1; count >>= 1) {
      const each = streamed(count);
      if (fits(each, share)) return { kind: 'streamed', workers, bytes: each, windows: count };
    }
  }
  throw new Error(refusal(need, streamed(1), memory));
}

/** What the weights of one model take at least. */
function weightBytes({ tensors }: ModelGraph): number {
  return tensors.reduce((sum, { shape }) => sum + elementCount(shape) * 4, 0);
}

/** Windows of a batch that a worker is given at most. */
function mostWindows({ graph, context, windows }: MemoryNeed, workers: number): number {
  const wanted = Math.ceil((BATCH_TOKENS * sparsity(graph)) / context);
  return Math.min(wanted, Math.ceil(windows / workers));
}

/** How many times more tokens pass a model than one of its experts. */
function sparsity({ layers }: ModelGraph): number {
  const mixtures = layers.flat(2).flatMap(({ block }): Experts[] => (block.kind === 'experts' ? [block] : []));
  return Math.max(1, ...mixtures.map(({ experts, chosen }) => experts.length / chosen));
}

function fits({ base, cast }: StreamedBytes, share: number): boolean {
  return base + cast <= share && Math.max(base, cast) <= MODEL_MEMORY_LIMIT;
}

function refusal(need: MemoryNeed, { base, cast }: StreamedBytes, memory: number): string {
  const share = memory - HOST_BYTES;
  const has =
    base + cast > share
      ? `and there are ${formatBytes(Math.max(0, share))} to have`
      : `half of it in one piece, and WebAssembly gives ${formatBytes(MODEL_MEMORY_LIMIT)} at most`;
  let advice = 'evaluate on a machine with more memory';
  for (let context = need.context >> 1; context >= SHORTEST; context >>= 1) {
    if (!fits(streamedBytes({ ...need, context, windows: 1 }), share)) continue;
    advice = `windows of ${context} tokens would fit`;
    break;
  }
  return (
    `evaluating this model with windows of ${need.context} tokens takes ${formatBytes(base + cast)} of memory, ` +
    `${has}; ${advice}`
  );
}
