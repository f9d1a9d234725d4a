import type { WorkerPort } from './protocol';

/**
 * Starts a worker from its source text, one classic script, by way of a Blob URL: web hosts and webviews serve the
 * extension's files from another origin, which `new Worker(url)` refuses.
 */
export function spawnBrowserWorker(source: string, name: string): WorkerPort {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url, { name });
  let failure: Error | undefined;
  let ended = false;
  const listeners: ((error: Error) => void)[] = [];
  const fail = (error: Error): void => {
    if (ended) return;
    ended = true;
    failure = error;
    for (const listener of listeners) listener(error);
  };
  worker.addEventListener('error', (event) => fail(new Error(event.message || 'its script could not be run')));
  worker.addEventListener('messageerror', () => fail(new Error('a message could not be read')));
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', ({ data }) => listener(data)),
    onFailure: (listener) => {
      if (failure) listener(failure);
      else listeners.push(listener);
    },
    terminate: () => {
      ended = true;
      worker.terminate();
      URL.revokeObjectURL(url);
      return Promise.resolve();
    },
  };
}
