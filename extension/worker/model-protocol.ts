import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import type { FirstDifference } from '../core/model/first-difference';
import type { WeightUse } from '../kernels/model-session';
import type { BaseStates, ScoredWindow } from '../kernels/model-states';
import type { BatchWindow } from '../kernels/streamed-batch';
import type { PassingRows } from '../kernels/streamed-session';
import type { StreamedBytes } from '../kernels/streamed-size';

/** How a worker comes by the weights of a model and its cast. */
export type WeightManner =
  /** It holds them all. `bytes` of memory are taken at once, see `modelBytes`; 0 to grow as needed. */
  | { readonly kind: 'held'; readonly bytes: number }
  /** It holds vectors; matrices pass by, batch after batch. */
  | {
      readonly kind: 'streamed';
      readonly bytes: StreamedBytes;
      readonly difference: FirstDifference;
      readonly headRows: number;
    };

/**
 * Messages to a model worker, in this order: one init; all weights, then windows; or all vectors, then for each batch
 * one begin, all rows and one finish. Each is answered once. There is no message to stop: to cancel, the worker is ended.
 */
export type ModelRequest =
  | {
      readonly kind: 'init';
      readonly id: number;
      readonly module: WebAssembly.Module;
      readonly graph: ModelGraph;
      /** Longest window in tokens. */
      readonly context: number;
      /** Of the cast model. */
      readonly rounding: Rounding | undefined;
      readonly manner: WeightManner;
    }
  | {
      readonly kind: 'weight';
      readonly id: number;
      readonly name: string;
      readonly shape: readonly number[];
      readonly values: Float32Array;
      readonly use: WeightUse;
    }
  | {
      readonly kind: 'window';
      readonly id: number;
      readonly tokens: Int32Array<ArrayBuffer>;
      readonly first: number;
      readonly baseStates: BaseStates;
    }
  | { readonly kind: 'begin'; readonly id: number; readonly windows: readonly BatchWindow[] }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: PassingRows }
  | { readonly kind: 'finish'; readonly id: number };

export type ModelResponse =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'scores'; readonly id: number; readonly windows: readonly ScoredWindow[] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/**
 * What the evaluation needs of its workers. Weights go to every worker, a window to one of them. `score` is for workers
 * that hold the weights, `begin`, `pass` and `finish` for those that they pass by.
 */
export interface ModelPool {
  readonly size: number;
  /**
   * The values stay the caller's, unchanged until it resolves: workers read shared memory where it is, and get a copy of
   * other. Rejects when a worker has no room for them.
   */
  load(name: string, shape: readonly number[], values: Float32Array, use: WeightUse): Promise<void>;
  /** See ModelSession.score. Base states are handed over: they can't be read any more afterwards. */
  score(tokens: Int32Array<ArrayBuffer>, first: number, baseStates?: BaseStates): Promise<ScoredWindow>;
  /** Starts a batch: some windows for each worker. Base states are handed over. */
  begin(windows: readonly (readonly BatchWindow[])[]): Promise<void>;
  /** Resolves when all workers are done with the rows; the values stay the caller's. */
  pass(rows: PassingRows): Promise<void>;
  /** Figures of the batch, worker by worker. */
  finish(): Promise<readonly (readonly ScoredWindow[])[]>;
  /** Ends the workers at once, whatever they do; promises still open, and later ones, reject with `Cancelled`. */
  dispose(): Promise<void>;
}
