import { Cancelled } from '../core/cancelled';
import type { CastKernels } from '../kernels/cast-kernels';
import type { KernelPool } from './protocol';

/** A pool that casts in the calling thread: for tests and small jobs. */
export function createInProcessPool(kernels: CastKernels): KernelPool {
  let disposed = false;
  const run = async <T>(work: () => T, signal: AbortSignal | undefined): Promise<T> => {
    // A turn of the event loop, so that a long job can be cancelled between its requests.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (disposed || signal?.aborted) throw new Cancelled();
    return work();
  };
  return {
    size: 1,
    range: (dtype, bytes, signal) => run(() => kernels.range(dtype, bytes), signal),
    profile: (dtype, bytes, signal) => run(() => kernels.profile(dtype, bytes), signal),
    columns: (dtype, bytes, columns, signal) => run(() => kernels.columns(dtype, bytes, columns), signal),
    cast: (job, signal) => run(() => kernels.cast(job), signal),
    dispose: () => {
      disposed = true;
      return Promise.resolve();
    },
  };
}
