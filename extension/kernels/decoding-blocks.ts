import { isGgmlDtype, type StorageDtype } from '../core/checkpoint/storage-dtype';
import { sourceFloats } from '../core/formats/floats/source-floats';
import type { CastKernels } from './cast-kernels';

type Bytes = Uint8Array<ArrayBuffer>;

/** The same kernels for sources in blocks of ggml too: those are decoded first, and go on as float32. */
export function decodingBlocks(kernels: CastKernels, decode: typeof sourceFloats = sourceFloats): CastKernels {
  const plain = (dtype: StorageDtype, bytes: Bytes): [StorageDtype, Bytes] =>
    isGgmlDtype(dtype) ? ['F32', new Uint8Array(decode(dtype, bytes).buffer)] : [dtype, bytes];
  return {
    range: (dtype, bytes) => kernels.range(...plain(dtype, bytes)),
    profile: (dtype, bytes) => kernels.profile(...plain(dtype, bytes)),
    columns: (dtype, bytes, columns) => kernels.columns(...plain(dtype, bytes), columns),
    cast(job) {
      const [dtype, bytes] = plain(job.dtype, job.bytes);
      return kernels.cast({ ...job, dtype, bytes });
    },
  };
}
