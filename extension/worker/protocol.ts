import type { CastErrorSums } from '../core/analysis/cast-error';
import type { StorageDtype } from '../core/checkpoint/storage-dtype';
import type { Cast, EncodedRows, MatrixShape, TensorRange } from '../core/formats/format';

/**
 * Messages between a host and a kernel worker. Buffers are transferred, never shared: web hosts have no
 * SharedArrayBuffer. One request is answered by one response of the same id.
 */
export type KernelRequest =
  /** Widens source bytes to float32 and reports range and how many values are not finite. */
  | {
      readonly kind: 'range';
      readonly id: number;
      readonly dtype: StorageDtype;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  /** Casts whole rows and says what it cost. */
  | {
      readonly kind: 'cast';
      readonly id: number;
      readonly dtype: StorageDtype;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly matrix: MatrixShape;
      readonly cast: Cast;
      readonly range: TensorRange;
      /** Also return the cast values in float32, for the evaluator. */
      readonly decode: boolean;
    };

export type RangeResult = TensorRange & { readonly nan: number; readonly infinite: number };

export interface CastResult {
  readonly encoded: EncodedRows;
  readonly errors: CastErrorSums;
  readonly decoded: Float32Array<ArrayBuffer> | undefined;
  /** NaN and infinite source values in these rows. */
  readonly nan: number;
  readonly infinite: number;
}

export type KernelResponse =
  | { readonly kind: 'range'; readonly id: number; readonly result: RangeResult }
  | { readonly kind: 'cast'; readonly id: number; readonly result: CastResult }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };

/** First message to a worker: which wasm to run. Modules can be posted, so each is compiled once. */
export interface KernelWorkerInit {
  readonly kind: 'init';
  readonly module: WebAssembly.Module;
}

/** The worker's end of a channel, whatever carries it (worker_threads or Web Worker). */
export interface WorkerPort {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the worker died: crash, out of memory, script error. */
  onFailure(listener: (error: Error) => void): void;
  terminate(): Promise<void>;
}

/** What jobs need of a pool of kernel workers. */
export interface KernelPool {
  readonly size: number;
  range(dtype: StorageDtype, bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<RangeResult>;
  cast(
    request: Omit<Extract<KernelRequest, { kind: 'cast' }>, 'kind' | 'id'>,
    signal?: AbortSignal,
  ): Promise<CastResult>;
  dispose(): Promise<void>;
}
