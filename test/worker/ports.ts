import type { CastKernels } from '../../extension/kernels/cast-kernels';
import { serveKernels } from '../../extension/worker/kernel-worker';
import type { KernelRequest, WorkerPort } from '../../extension/worker/protocol';

/** A worker in the calling thread whose messages are copied and arrive later, like a real one's. */
export interface FakeWorker extends WorkerPort {
  /** Requests it was given. */
  readonly received: KernelRequest[];
  readonly terminated: () => boolean;
  die(message: string): void;
}

/** What a fake worker does with a request: answers it, dies of it, or never answers. */
export type Behaviour = (request: KernelRequest, worker: FakeWorker) => 'answer' | 'die' | 'hang';

export function fakeWorker(kernels: CastKernels, behaviour: Behaviour = () => 'answer'): FakeWorker {
  const received: KernelRequest[] = [];
  let toHost: (message: unknown) => void = () => undefined;
  let toWorker: (message: unknown) => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  let terminated = false;
  serveKernels(
    {
      post: (message, transfer) => {
        const copy = structuredClone(message, { transfer: [...transfer] });
        setTimeout(() => {
          if (!terminated) toHost(copy);
        }, 1);
      },
      onMessage: (listener) => (toWorker = listener),
    },
    () => kernels,
  );
  const worker: FakeWorker = {
    received,
    terminated: () => terminated,
    die: (message) => failed(new Error(message)),
    post(message, transfer) {
      const copy = structuredClone(message, { transfer: [...transfer] }) as KernelRequest | { readonly kind: 'init' };
      if (copy.kind === 'init') {
        toWorker({ kind: 'init', module: {} });
        return;
      }
      received.push(copy);
      const doing = behaviour(copy, worker);
      if (doing === 'die') setTimeout(() => failed(new Error('it fell over')), 1);
      if (doing === 'answer') toWorker(copy);
    },
    onMessage: (listener) => (toHost = listener),
    onFailure: (listener) => (failed = listener),
    terminate: () => {
      terminated = true;
      return Promise.resolve();
    },
  };
  return worker;
}
