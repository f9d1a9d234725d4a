import type { CreateDigest, Digest } from '../core/digest';
import type { TensorInfo } from '../core/checkpoint/tensor';
import type { Window } from '../core/evaluate/windows';
import type { ModelGraph } from '../core/model/graph';
import type { ReadTensor } from './cast-tensor';

/** Changes whenever what an entry holds, or how it is computed outside the kernels, changes. */
const VERSION = 'downcast base states 1';

/** Bytes of a tensor that are looked at in each of three places: its start, its middle and its end. */
const SAMPLE = 4096;

/** What decides the base states of windows, besides the windows. */
export interface BaseIdentity {
  readonly graph: ModelGraph;
  readonly context: number;
  /** Which build of the kernels computes them. */
  readonly kernels: string;
  /** When the files were written, where the host knows: a change inside a tensor may lie outside the samples. */
  readonly stamp: string;
}

/**
 * The key of each window in a BaseCache: SHA-256 over the graph, the kernels, the files' stamp, each tensor's name,
 * dtype, shape and place with 4 KiB from its start, middle and end, and the window's tokens and first position.
 * Reads 12 KiB a tensor.
 */
export async function baseKeys(
  identity: BaseIdentity,
  tensors: readonly TensorInfo[],
  windows: readonly Window[],
  read: ReadTensor,
  createDigest: CreateDigest,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const model = createDigest();
  const { graph, context, kernels, stamp } = identity;
  add(model, JSON.stringify([VERSION, graph, context, kernels, stamp]));
  for (const tensor of tensors) {
    const { name, dtype, shape, file, offset, bytes } = tensor;
    add(model, JSON.stringify([name, dtype, shape, file, offset, bytes]));
    for (const [from, length] of samples(bytes)) model.update(await read(tensor, from, length, signal));
  }
  const modelKey = model.hex();
  return windows.map(({ tokens, first }) => {
    const digest = createDigest();
    add(digest, `${modelKey} ${first} `);
    digest.update(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength));
    return digest.hex();
  });
}

/** [offset, length] of what is looked at; a small tensor whole. */
function samples(bytes: number): readonly (readonly [number, number])[] {
  if (bytes === 0) return [];
  if (bytes <= SAMPLE * 3) return [[0, bytes]];
  return [
    [0, SAMPLE],
    [Math.floor((bytes - SAMPLE) / 2), SAMPLE],
    [bytes - SAMPLE, SAMPLE],
  ];
}

function add(digest: Digest, text: string): void {
  digest.update(new TextEncoder().encode(text));
}
