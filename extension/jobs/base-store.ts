import type { TensorInfo } from '../core/checkpoint/tensor';
import type { CreateDigest } from '../core/digest';
import type { BaseCache } from '../core/evaluate/base-cache';
import type { Window } from '../core/evaluate/windows';
import { baseStateCount } from '../kernels/model-states';
import { baseKeys, type BaseIdentity } from './base-key';
import type { ReadTensor } from './cast-tensor';

/** Base states of the windows of an evaluation, those of earlier ones included. */
export interface BaseStore {
  /** Whether all windows are known, so that the base need not be run. */
  readonly complete: boolean;
  /** Undefined when it is not known, or no longer. */
  get(window: number): Promise<Float32Array<ArrayBuffer> | undefined>;
  put(window: number, states: Float32Array<ArrayBuffer>): Promise<void>;
}

/** Where base states are kept, and what tells them apart. */
export interface BaseCaching {
  readonly cache: BaseCache;
  /** See BaseIdentity. */
  readonly kernels: string;
  readonly stamp: string;
}

export async function openBaseStore(
  { cache, kernels, stamp }: BaseCaching,
  { graph, context }: Pick<BaseIdentity, 'graph' | 'context'>,
  tensors: readonly TensorInfo[],
  windows: readonly Window[],
  read: ReadTensor,
  createDigest: CreateDigest,
  signal?: AbortSignal,
): Promise<BaseStore> {
  const keys = await baseKeys({ graph, context, kernels, stamp }, tensors, windows, read, createDigest, signal);
  const there = await Promise.all(keys.map((key) => cache.has(key)));
  return {
    complete: there.every(Boolean),
    async get(at) {
      const bytes = await cache.get(keys[at]!);
      const { tokens, first } = windows[at]!;
      const isWhole = bytes?.byteLength === baseStateCount(graph, tokens.length, first) * 4;
      return isWhole ? new Float32Array(bytes.buffer) : undefined;
    },
    put: (at, states) => cache.put(keys[at]!, new Uint8Array(states.buffer, states.byteOffset, states.byteLength)),
  };
}
