import { instantiateCastKernels } from '../kernels/cast';
import { serveKernels } from './kernel-worker';

const host = self as unknown as DedicatedWorkerGlobalScope;

serveKernels(
  {
    post: (message, transfer) => host.postMessage(message, [...transfer]),
    onMessage: (listener) => host.addEventListener('message', ({ data }) => listener(data)),
  },
  instantiateCastKernels,
);
