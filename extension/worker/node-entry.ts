import { parentPort } from 'node:worker_threads';
import { instantiateCastKernels } from '../kernels/cast';
import { serveKernels } from './kernel-worker';

if (!parentPort) throw new Error('this script runs in a worker thread');
const host = parentPort;

serveKernels(
  {
    post: (message, transfer) => host.postMessage(message, [...transfer]),
    onMessage: (listener) => void host.on('message', listener),
  },
  instantiateCastKernels,
);
