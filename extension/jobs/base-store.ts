import type { TensorInfo } from '../core/checkpoint/tensor';
import type { CreateDigest } from '../core/digest';
import type { BaseCache } from '../core/evaluate/base-cache';
import type { Window } from '../core/evaluate/windows';
import { baseStateCount, type BaseStream } from '../kernels/model-states';
import { baseKeys, type BaseIdentity } from './base-key';
import type { ReadTensor } from './cast-tensor';

/** Base states of the windows of an evaluation, those of earlier ones included. */
export interface BaseStore {
  /** Whether all windows are known, so that the base need not be run. */
  readonly complete: boolean;
  /** Undefined when it is not known, or no longer. */
  get(window: number): Promise<Float32Array<ArrayBuffer> | undefined>;
  put(window: number, states: Float32Array<ArrayBuffer>): Promise<void>;
  /**
   * Layers before which the base's stream is worth keeping, so that a cast that differs only behind them goes on from
   * there: at each quarter; none where the cache is too small for them.
   */
  readonly streamLayers: readonly number[];
  /** The base's stream before one of these layers; undefined when it is not known, or no longer. */
  getStream(window: number, layer: number): Promise<BaseStream | undefined>;
  putStream(window: number, stream: BaseStream): Promise<void>;
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
  const get = async (key: string, count: number): Promise<Float32Array<ArrayBuffer> | undefined> => {
    const bytes = await cache.get(key);
    return bytes?.byteLength === count * 4 ? new Float32Array(bytes.buffer) : undefined;
  };
  const put = (key: string, values: Float32Array<ArrayBuffer>): Promise<void> =>
    cache.put(key, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const streamKey = (at: number, layer: number): string => `${keys[at]!}-${layer}`;
  const quarters = quarterLayers(graph.layers.length);
  const streamBytes = windows.reduce((sum, { tokens }) => sum + tokens.length * graph.hidden * 4, 0);
  return {
    complete: there.every(Boolean),
    get: (at) => get(keys[at]!, baseStateCount(graph, windows[at]!.tokens.length, windows[at]!.first)),
    put: (at, states) => put(keys[at]!, states),
    // Half of the cache is for other models and texts.
    streamLayers: streamBytes * (quarters.length + 1) <= cache.limit / 2 ? quarters : [],
    async getStream(at, layer) {
      const values = await get(streamKey(at, layer), windows[at]!.tokens.length * graph.hidden);
      return values && { layer, values };
    },
    putStream: (at, { layer, values }) => put(streamKey(at, layer), values),
  };
}

/** Layers a quarter, half and three quarters of the way. */
function quarterLayers(layers: number): readonly number[] {
  return [...new Set([1, 2, 3].map((quarter) => Math.round((layers * quarter) / 4)))].filter(
    (n) => n > 0 && n < layers,
  );
}
