import { Worker, type ResourceLimits } from 'node:worker_threads';
import { createFailureLatch } from './failure-latch';
import type { WorkerPort } from './protocol';

/**
 * Starts a bundled worker script in a thread. A script that can't be started is reported by `onFailure`. `limits` are
 * of its JavaScript heap; wasm memory does not count.
 */
export function spawnNodeWorker(script: string, limits?: ResourceLimits): WorkerPort {
  const worker = new Worker(script, limits && { resourceLimits: limits });
  const latch = createFailureLatch();
  worker.on('error', (error) => latch.fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('messageerror', (error) => latch.fail(error));
  worker.on('exit', (code) => latch.fail(new Error(`it ended with exit code ${code}`)));
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure: (listener) => latch.onFailure(listener),
    terminate: async () => {
      latch.end();
      await worker.terminate();
    },
  };
}
