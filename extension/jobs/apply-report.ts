/** What one tensor cost; relative error and SQNR as in docs/evaluation.md, null where nothing was cast. */
export interface AppliedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly relativeError: number | null;
  /** dB; null for a lossless cast. */
  readonly sqnr: number | null;
  readonly saturated: number;
  readonly flushed: number;
}

/** The result of "Apply downcast". */
export interface ApplyReport {
  /** Folder that was written. */
  readonly output: string;
  readonly files: readonly { readonly file: string; readonly size: number; readonly sha256: string }[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly bitsPerWeight: number;
  readonly tensors: readonly AppliedTensor[];
  /** The files were read back: stored tensors whose dtype, shape and digest equal what was planned and written. */
  readonly verified: { readonly storedTensors: number; readonly bytes: number };
  /** Loader whose `quantization_config` was written, or why none was. */
  readonly loader: { readonly kind: 'plain' | 'compressed-tensors' | 'bitsandbytes' | 'none'; readonly note: string };
  readonly seconds: number;
}
