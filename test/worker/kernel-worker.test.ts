import { expect, test } from 'vitest';
import { castMemory } from '../../extension/kernels/cast-memory';
import type { CastKernels } from '../../extension/kernels/cast-kernels';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { serveKernels } from '../../extension/worker/kernel-worker';

/** Serves requests with kernels from `make` and collects what is answered. */
function serve(make: () => CastKernels) {
  const posted: unknown[] = [];
  let send: (message: unknown) => void = () => undefined;
  serveKernels({ post: (message) => posted.push(message), onMessage: (listener) => (send = listener) }, make);
  return { posted, send: (message: unknown) => send(message) };
}

const range = { kind: 'range', dtype: 'F32', bytes: new Uint8Array(8) } as const;

test('a trap is answered with a message, and the kernels are made anew for the next request', () => {
  let made = 0;
  const { posted, send } = serve(() => {
    made++;
    const trap = (): never => {
      throw new WebAssembly.RuntimeError('unreachable');
    };
    return made === 1 ? { ...referenceKernels, range: trap } : referenceKernels;
  });
  send({ kind: 'init', module: {} });
  send({ ...range, id: 1 });
  send({ ...range, id: 2 });
  send({ ...range, id: 3 });
  expect(posted).toEqual([
    { kind: 'failed', id: 1, message: 'the cast kernel stopped: unreachable' },
    { kind: 'range', id: 2, result: referenceKernels.range('F32', range.bytes) },
    { kind: 'range', id: 3, result: referenceKernels.range('F32', range.bytes) },
  ]);
  expect(made).toBe(2);
});

test('work before the kernels is refused', () => {
  const { posted, send } = serve(() => referenceKernels);
  send({ ...range, id: 1 });
  expect(posted).toEqual([{ kind: 'failed', id: 1, message: 'the kernel worker was given work before its kernels' }]);
});

test('memory that can not grow is an error that says how much was needed', () => {
  const memory = castMemory(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 100);
  expect(memory.layOut([10, 20])).toEqual([112, 128]);
  expect(() => memory.layOut([5_000_000, 1])).toThrow(
    'casting this run of rows takes 6 MB of memory, more than there is',
  );
});
