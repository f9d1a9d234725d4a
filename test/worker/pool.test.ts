import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../extension/core/cancelled';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { WorkerLost } from '../../extension/worker/worker-lost';
import { createKernelPool, type KernelPoolOptions } from '../../extension/worker/pool';
import type { CastJob } from '../../extension/worker/protocol';
import { castOf, weights } from '../core/formats/casts';
import { fakeWorker, type Behaviour, type FakeWorker } from './ports';

const MODULE = {} as WebAssembly.Module;

function job(seed = 1): CastJob {
  const bytes = new Uint8Array(weights(64, seed).buffer);
  const range = { min: 0, max: 0, amax: 0 };
  return {
    dtype: 'F32',
    bytes,
    matrix: { rows: 4, columns: 16 },
    firstElement: 0,
    cast: castOf('int8'),
    range,
    decode: false,
  };
}

/** A pool of fake workers; `behaviours[n]` is the n-th spawned worker's, the last one goes for the rest. */
function pool(behaviours: readonly Behaviour[], options: Partial<KernelPoolOptions> = {}) {
  const workers: FakeWorker[] = [];
  const spawn = () => {
    const behaviour = behaviours[Math.min(workers.length, behaviours.length - 1)];
    const worker = fakeWorker(referenceKernels, behaviour);
    workers.push(worker);
    return Promise.resolve(worker);
  };
  return { workers, kernels: createKernelPool({ spawn, size: 1, module: MODULE, ...options }) };
}

const answer: Behaviour = () => 'answer';
const die: Behaviour = () => 'die';
const hang: Behaviour = () => 'hang';

describe('work', () => {
  test('results are those of the kernels, and the caller keeps its bytes', async () => {
    const { kernels } = pool([answer]);
    const given = job();
    expect(await kernels.cast(given)).toEqual(referenceKernels.cast(given));
    expect(await kernels.range('F32', given.bytes)).toEqual(referenceKernels.range('F32', given.bytes));
    expect(given.bytes).toHaveLength(256);
  });

  test('workers are started as they are needed, one request at a time each', async () => {
    const { kernels, workers } = pool([answer], { size: 2 });
    await kernels.cast(job());
    expect(workers).toHaveLength(1);
    await Promise.all(Array.from({ length: 9 }, (_, seed) => kernels.cast(job(seed))));
    expect(workers).toHaveLength(2);
    expect(workers[0]!.received.length + workers[1]!.received.length).toBe(10);
  });

  test('bytes that are a view on more are sent alone', async () => {
    const { kernels, workers } = pool([answer]);
    const whole = new Uint8Array(1_000_000);
    await kernels.range('F32', whole.subarray(16, 32));
    expect(workers[0]!.received[0]!.bytes.buffer.byteLength).toBe(16);
  });

  test('bytes that are given are sent themselves, unless they are a view on more', async () => {
    const { kernels, workers } = pool([answer]);
    const [own, view] = [job(1), job(2)];
    const whole = new Uint8Array(1_000);
    whole.set(view.bytes, 8);
    await kernels.cast(own, undefined, 'given');
    await kernels.cast({ ...view, bytes: whole.subarray(8, 8 + view.bytes.length) }, undefined, 'given');
    expect(own.bytes.byteLength).toBe(0);
    expect(whole.byteLength).toBe(1_000);
    expect(workers[0]!.received[1]!.bytes.buffer.byteLength).toBe(view.bytes.length);
  });

  test("a kernel's refusal rejects that request only", async () => {
    const { kernels, workers } = pool([answer]);
    await expect(kernels.cast({ ...job(), matrix: { rows: 3, columns: 3 } })).rejects.toThrow(
      '64 values were given for 3 rows of 3',
    );
    await kernels.cast(job());
    expect(workers).toHaveLength(1);
  });
});

describe('a worker that dies', () => {
  test('the work is tried once more with another worker', async () => {
    const { kernels, workers } = pool([die, answer]);
    expect(await kernels.cast(job())).toEqual(referenceKernels.cast(job()));
    expect(workers.map((worker) => worker.terminated())).toEqual([true, false]);
  });

  test('bytes that it was given are gone with it', async () => {
    const { kernels, workers } = pool([die, answer]);
    await expect(kernels.cast(job(), undefined, 'given')).rejects.toThrow(WorkerLost);
    await kernels.cast(job(), undefined, 'given');
    expect(workers).toHaveLength(2);
  });

  test('work that kills two workers is given up with one message; the rest goes on', async () => {
    const poisoned = job(666);
    const behaviour: Behaviour = ({ bytes }) => (bytes[0] === poisoned.bytes[0] ? 'die' : 'answer');
    const { kernels, workers } = pool([behaviour]);
    const results = await Promise.allSettled([kernels.cast(job(1)), kernels.cast(poisoned), kernels.cast(job(2))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((results[1] as PromiseRejectedResult).reason).toEqual(
      new Error('the kernel worker died twice on the same piece of work, which was given up: it fell over'),
    );
    expect(workers).toHaveLength(3);
  });

  test('one that dies idle is replaced when there is work again', async () => {
    const { kernels, workers } = pool([answer]);
    await kernels.cast(job());
    workers[0]!.die('out of memory');
    await kernels.cast(job());
    expect(workers).toHaveLength(2);
  });

  test('one that cannot be started fails the work that asked for it', async () => {
    let attempts = 0;
    const spawn = () => {
      attempts++;
      return attempts === 1 ? Promise.reject(new Error('no such file')) : Promise.resolve(fakeWorker(referenceKernels));
    };
    const { kernels } = pool([answer], { spawn });
    await expect(kernels.cast(job())).rejects.toThrow('the kernel worker could not be started: no such file');
    await kernels.cast(job());
    expect(attempts).toBe(2);
  });
});

test('a worker that hangs is ended, its work given up, queued work goes on', async () => {
  const { kernels, workers } = pool([hang, answer], { timeLimit: () => 20 });
  const stuck = kernels.cast(job());
  const queued = kernels.cast(job());
  await expect(stuck).rejects.toThrow(
    'the kernel worker gave no answer for 0.02 s; it was ended and the work given up',
  );
  await queued;
  expect(workers.map((worker) => worker.terminated())).toEqual([true, false]);
});

describe('cancelling', () => {
  test('queued work never reaches a worker', async () => {
    const { kernels, workers } = pool([answer]);
    const stop = new AbortController();
    const first = kernels.cast(job(1));
    const second = kernels.cast(job(2), stop.signal);
    stop.abort();
    await expect(second).rejects.toBeInstanceOf(Cancelled);
    await first;
    await kernels.cast(job(3));
    expect(workers[0]!.received).toHaveLength(2);
  });

  test('running work rejects at once and finishes unseen', async () => {
    const { kernels, workers } = pool([answer]);
    await kernels.cast(job(1));
    const stop = new AbortController();
    const running = kernels.cast(job(2), stop.signal);
    await Promise.resolve();
    stop.abort();
    await expect(running).rejects.toBeInstanceOf(Cancelled);
    await kernels.cast(job(3));
    expect(workers).toHaveLength(1);
    expect(workers[0]!.terminated()).toBe(false);
  });

  test('a signal that was aborted before', async () => {
    const { kernels, workers } = pool([answer]);
    await expect(kernels.cast(job(), AbortSignal.abort())).rejects.toBeInstanceOf(Cancelled);
    expect(workers).toHaveLength(0);
  });

  test('disposing ends workers and rejects everything', async () => {
    const { kernels, workers } = pool([hang]);
    const running = kernels.cast(job(1));
    const queued = kernels.cast(job(2));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const both = Promise.allSettled([running, queued]);
    await kernels.dispose();
    for (const result of await both) expect(result).toMatchObject({ status: 'rejected', reason: new Cancelled() });
    expect(workers[0]!.terminated()).toBe(true);
    await expect(kernels.cast(job())).rejects.toBeInstanceOf(Cancelled);
  });
});

test('the pool in the calling thread gives the same and can be cancelled', async () => {
  const kernels = createInProcessPool(referenceKernels);
  expect(await kernels.cast(job())).toEqual(referenceKernels.cast(job()));
  const stop = new AbortController();
  const running = kernels.range('F32', new Uint8Array(4), stop.signal);
  stop.abort();
  await expect(running).rejects.toBeInstanceOf(Cancelled);
});
