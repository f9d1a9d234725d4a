import { createFailureLatch } from './failure-latch';
import type { WorkerPort } from './protocol';

/**
 * Starts a worker from its source text, one classic script, by way of a Blob URL: web hosts and webviews serve the
 * extension's files from another origin, which `new Worker(url)` refuses.
 */
export function spawnBrowserWorker(source: string, name: string): WorkerPort {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  const latch = createFailureLatch();
  worker.addEventListener('error', (event) => latch.fail(new Error(event.message || 'its script could not be run')));
  worker.addEventListener('messageerror', () => latch.fail(new Error('a message could not be read')));
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onFailure: (listener) => latch.onFailure(listener),
    terminate: () => {
      latch.end();
      worker.terminate();
      URL.revokeObjectURL(url);
      return Promise.resolve();
    },
  };
}
