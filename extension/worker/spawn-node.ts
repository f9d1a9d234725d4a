import { Worker, type ResourceLimits } from 'node:worker_threads';
import type { WorkerPort } from './protocol';

/**
 * Starts a bundled worker script in a thread. A script that can't be started is reported by `onFailure`. `limits` are
 * of its JavaScript heap; wasm memory does not count.
 */
export function spawnNodeWorker(script: string, limits?: ResourceLimits): WorkerPort {
  const worker = new Worker(script, limits && { resourceLimits: limits });
  let failure: Error | undefined;
  let ended = false;
  const listeners: ((error: Error) => void)[] = [];
  const fail = (error: Error): void => {
    if (ended) return;
    ended = true;
    failure = error;
    for (const listener of listeners) listener(error);
  };
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('messageerror', (error) => fail(error));
  worker.on('exit', (code) => fail(new Error(`it ended with exit code ${code}`)));
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => void worker.on('message', listener),
    onFailure: (listener) => {
      if (failure) listener(failure);
      else listeners.push(listener);
    },
    terminate: async () => {
      ended = true;
      await worker.terminate();
    },
  };
}
