import type { CastErrorSums } from '../core/analysis/cast-error';
import type { ColumnRanges } from '../core/analysis/column-ranges';
import type { ValueProfile } from '../core/analysis/value-profile';
import type { ValueRange } from '../core/analysis/value-range';
import type { StorageDtype } from '../core/checkpoint/storage-dtype';
import type { Cast, EncodedRows, MatrixShape, TensorRange } from '../core/formats/format';

/** A run of whole rows to cast. */
export interface CastJob {
  /** What the bytes are; one that `hasValues`. */
  readonly dtype: StorageDtype;
  /** `rows * columns` elements, little-endian. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly matrix: MatrixShape;
  /** Row-major index in the tensor of the run's first element. */
  readonly firstElement: number;
  readonly cast: Cast;
  /** Of the whole tensor; only one scale a tensor needs it. */
  readonly range: TensorRange;
  /** Also return the cast values in float32. */
  readonly decode: boolean;
}

export interface CastResult {
  readonly encoded: EncodedRows;
  readonly errors: CastErrorSums;
  readonly decoded: Float32Array<ArrayBuffer> | undefined;
  /** NaN and infinite source values in these rows. */
  readonly nan: number;
  readonly infinite: number;
}

/** What casts: the wasm kernels, or the TypeScript reference. Both give the same bits. Both throw on misuse. */
export interface CastKernels {
  range(dtype: StorageDtype, bytes: Uint8Array<ArrayBuffer>): ValueRange;
  /** Moments and distribution of the values. */
  profile(dtype: StorageDtype, bytes: Uint8Array<ArrayBuffer>): ValueProfile;
  /** Ranges of the columns of rows of so many values. */
  columns(dtype: StorageDtype, bytes: Uint8Array<ArrayBuffer>, columns: number): ColumnRanges;
  cast(job: CastJob): CastResult;
}
