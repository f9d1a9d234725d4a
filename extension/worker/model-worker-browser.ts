import { serveModel } from './model-worker';

const host = self as unknown as DedicatedWorkerGlobalScope;

serveModel({
  post: (message, transfer) => host.postMessage(message, [...transfer]),
  onMessage: (listener) => host.addEventListener('message', ({ data }) => listener(data)),
});
