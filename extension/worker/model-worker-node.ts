import { parentPort } from 'node:worker_threads';
import { serveModel } from './model-worker';

if (!parentPort) throw new Error('this script runs in a worker thread');
const host = parentPort;

serveModel({
  post: (message, transfer) => host.postMessage(message, [...transfer]),
  onMessage: (listener) => void host.on('message', listener),
});
