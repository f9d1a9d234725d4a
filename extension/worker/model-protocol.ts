import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import type { WeightUse } from '../kernels/model-session';
import type { BaseStates, ScoredWindow } from '../kernels/model-states';

/**
 * Messages to a model worker, in this order: one init, all weights, then windows. Each is answered once.
 * There is no message to stop: to cancel, the worker is ended.
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
      /** Memory to take at once, see `modelBytes`; 0 to grow as needed. */
      readonly bytes: number;
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
    };

export type ModelResponse =
  | { readonly kind: 'done'; readonly id: number }
  | ({ readonly kind: 'scores'; readonly id: number } & ScoredWindow)
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** What the evaluation needs of its workers. Weights go to every worker, a window to one of them. */
export interface ModelPool {
  readonly size: number;
  /**
   * The values stay the caller's, unchanged until it resolves: workers read shared memory where it is, and get a copy of
   * other. Rejects when a worker has no room for them.
   */
  load(name: string, shape: readonly number[], values: Float32Array, use: WeightUse): Promise<void>;
  /** See ModelSession.score. Base states are handed over: they can't be read any more afterwards. */
  score(tokens: Int32Array<ArrayBuffer>, first: number, baseStates?: BaseStates): Promise<ScoredWindow>;
  /** Ends the workers at once, whatever they do; promises still open, and later ones, reject with `Cancelled`. */
  dispose(): Promise<void>;
}
