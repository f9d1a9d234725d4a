import type { ColumnRanges } from '../core/analysis/column-ranges';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { ValueRange } from '../core/analysis/value-range';
import type { StorageDtype } from '../core/checkpoint/storage-dtype';
import type { CastJob, CastResult } from '../kernels/cast-kernels';

export type { CastJob, CastResult };
export type RangeResult = ValueRange;

/**
 * Messages between a host and a kernel worker. Buffers are transferred, never shared: web hosts have no
 * SharedArrayBuffer. One request is answered by one response of the same id.
 */
export type KernelRequest =
  /** Range of source bytes, and how many values are not finite. */
  | {
      readonly kind: 'range';
      readonly id: number;
      readonly dtype: StorageDtype;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  /** Moments and distribution of source bytes. */
  | {
      readonly kind: 'profile';
      readonly id: number;
      readonly dtype: StorageDtype;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  /** Ranges of the columns of source bytes, given how many there are. */
  | {
      readonly kind: 'columns';
      readonly id: number;
      readonly dtype: StorageDtype;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly columns: number;
    }
  /** Casts whole rows and says what it cost. */
  | ({ readonly kind: 'cast'; readonly id: number } & CastJob);

export type KernelResponse =
  | { readonly kind: 'range'; readonly id: number; readonly result: RangeResult }
  | { readonly kind: 'profile'; readonly id: number; readonly result: ValueProfile }
  | { readonly kind: 'columns'; readonly id: number; readonly result: ColumnRanges }
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
  /** Rejects with `Cancelled` as soon as the signal is aborted. The caller's bytes stay its own. */
  range(dtype: StorageDtype, bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<RangeResult>;
  profile(dtype: StorageDtype, bytes: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<ValueProfile>;
  columns(
    dtype: StorageDtype,
    bytes: Uint8Array<ArrayBuffer>,
    columns: number,
    signal?: AbortSignal,
  ): Promise<ColumnRanges>;
  /** With `given` the job's bytes may be moved away instead of copied; a worker that dies then rejects with `WorkerLost`. */
  cast(job: CastJob, signal?: AbortSignal, bytes?: 'given'): Promise<CastResult>;
  /** Ends all workers; what is under way or queued rejects with `Cancelled`. */
  dispose(): Promise<void>;
}
