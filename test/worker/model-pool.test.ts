import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cancelled } from '../../extension/core/cancelled';
import { firstDifference } from '../../extension/core/model/first-difference';
import { matrixOrder } from '../../extension/core/model/matrix-order';
import { createModelSession } from '../../extension/kernels/model-session';
import { createModelPool } from '../../extension/worker/model-pool';
import { createInProcessModelPool } from '../../extension/worker/model-pool-in-process';
import type { ModelPool, ModelRequest, ModelResponse, WeightManner } from '../../extension/worker/model-protocol';
import type { WorkerPort } from '../../extension/worker/protocol';
import { spawnNodeWorker } from '../../extension/worker/spawn-node';
import { bf16Tensors, goldenFile, graphOf, readGolden, windowsOf } from '../kernels/model-golden';
import { modelKernels, modelModule, toEnd } from '../kernels/model-kernels';

const NAME = 'one-head-each-tied';
const golden = readGolden(NAME);
const graph = graphOf(golden.config);
const windows = windowsOf(golden.tokens);
const context = golden.tokens.shape[1]!;
const tensor = bf16Tensors(goldenFile(`${NAME}.safetensors`));

async function loadAll(pool: ModelPool): Promise<void> {
  for (const { name, shape } of graph.tensors) {
    const changed = golden.changed.includes(name);
    await pool.load(name, shape, tensor(name, false), changed ? 'base' : 'both');
    if (changed) await pool.load(name, shape, tensor(name, true), 'cast');
  }
}

/** What a pool must give, computed without one. */
function expected(): readonly Float64Array[] {
  const session = createModelSession(modelKernels(), graph, context);
  for (const { name, shape } of graph.tensors) {
    const changed = golden.changed.includes(name);
    session.load(name, shape, tensor(name, false), changed ? 'base' : 'both');
    if (changed) session.load(name, shape, tensor(name, true), 'cast');
  }
  return windows.map((tokens) => toEnd(session.score(tokens, 0)).scores);
}

describe('worker threads', () => {
  let folder: string;
  let script: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'model-worker-'));
    script = path.join(folder, 'model-worker.cjs');
    const entryPoints = [path.resolve(import.meta.dirname, '../../extension/worker/model-worker-node.ts')];
    await build({ entryPoints, outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = (size: number, bytes = 0, manner: WeightManner = { kind: 'held', bytes }): Promise<ModelPool> => {
    const spawn = (): Promise<WorkerPort> => Promise.resolve(spawnNodeWorker(script));
    return createModelPool({ spawn, size, module: modelModule(), graph, context, manner });
  };

  test('two workers share the windows and give what one thread gives', async () => {
    const pool = await start(2);
    expect(pool.size).toBe(2);
    await loadAll(pool);
    const scored = await Promise.all(windows.map((tokens) => pool.score(tokens, 0)));
    expect(scored.map(({ scores }) => scores)).toEqual(expected());
    await pool.dispose();
  });

  test('values in shared memory are read, not taken, and base states come back', async () => {
    const pool = await start(2);
    for (const { name, shape } of graph.tensors) {
      const values = tensor(name, false);
      const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
      shared.set(values);
      const changed = golden.changed.includes(name);
      await pool.load(name, shape, shared, changed ? 'base' : 'both');
      expect(shared).toEqual(values);
      if (changed) await pool.load(name, shape, tensor(name, true), 'cast');
    }
    const first = await pool.score(windows[0]!, 0, 'return');
    expect(first.scores).toEqual(expected()[0]);
    expect((await pool.score(windows[0]!, 0, first.baseStates)).scores).toEqual(expected()[0]);
    await pool.dispose();
  });

  test('two workers share a batch of windows while the matrices pass by', async () => {
    const difference = firstDifference(graph, new Set(golden.changed), undefined);
    const bytes = { base: 0, cast: 0 };
    const pool = await start(2, 0, { kind: 'streamed', bytes, difference, headRows: 64 });
    const matrices = new Map<string, readonly [string, number]>();
    for (const { name, shape, parts } of graph.tensors) {
      if (shape.length > 1) matrices.set(parts[0]!.as, [name, shape[1]!]);
      else await pool.load(name, shape, tensor(name, false), 'both');
    }
    const batch = windows.map((tokens) => ({ tokens, first: 0, baseStates: 'return' as const, keep: [1] }));
    await pool.begin([batch.slice(0, 1), batch.slice(1)]);
    const { embedding, layers, head } = matrixOrder(graph);
    for (const name of [...embedding, ...layers.flat(), ...Array.from({ length: 5 }, () => head)]) {
      const [stored, inputs] = matrices.get(name)!;
      const changed = golden.changed.includes(stored);
      const [base, cast] = [tensor(stored, false), tensor(stored, true)];
      const half = Math.ceil(base.length / inputs / 16) * 8;
      for (const [first, end] of [[0, half] as const, [half, base.length / inputs] as const]) {
        const cut = (all: Float32Array): Float32Array => all.subarray(first * inputs, end * inputs);
        await pool.pass({ name, first, base: cut(base), cast: changed ? cut(cast) : undefined });
      }
    }
    const scored = (await pool.finish()).flat();
    expect(scored.map(({ scores }) => scores)).toEqual(expected());
    expect(scored.map(({ streams }) => streams!.map(({ layer, values }) => [layer, values.length]))).toEqual(
      windows.map(({ length }) => [[1, length * graph.hidden]]),
    );
    await pool.dispose();
  });

  test('matrices that do not come by are named', async () => {
    const difference = { embedding: false, layer: 0 };
    const pool = await start(1, 0, { kind: 'streamed', bytes: { base: 0, cast: 0 }, difference, headRows: 64 });
    await pool.begin([[{ tokens: windows[0]!, first: 0, baseStates: undefined }]]);
    await expect(pool.finish()).rejects.toThrow(
      'model.embed_tokens.weight: needed for the forward pass, but it did not come by',
    );
    const late = { name: 'model.embed_tokens.weight', first: 8, base: new Float32Array(8), cast: undefined };
    await expect(pool.pass(late)).rejects.toThrow('model.embed_tokens.weight: expected its rows from 0 on, got others');
    await expect(pool.score(windows[0]!, 0)).rejects.toThrow('a window was given to a model whose weights pass by');
    await pool.dispose();
  });

  test('a failure names its cause and leaves the worker usable', async () => {
    const pool = await start(1);
    await expect(pool.score(windows[0]!, 0)).rejects.toThrow(
      'model.embed_tokens.weight: needed for the forward pass but not loaded',
    );
    await loadAll(pool);
    await expect(pool.score(Int32Array.of(0, 99), 0)).rejects.toThrow('token 99 lies outside the vocabulary of 64');
    expect((await pool.score(windows[0]!, 0)).scores).toEqual(expected()[0]);
    await pool.dispose();
  });

  test('dispose ends at once what is under way and what waits', async () => {
    const pool = await start(1);
    await loadAll(pool);
    const waiting = Array.from({ length: 40 }, () => pool.score(windows[0]!, 0));
    const outcomes = Promise.allSettled(waiting);
    await pool.dispose();
    const rejected = (await outcomes).filter(({ status }) => status === 'rejected');
    expect(rejected.length).toBeGreaterThan(30);
    expect(rejected.every((each) => (each as PromiseRejectedResult).reason instanceof Cancelled)).toBe(true);
    await expect(pool.score(windows[0]!, 0)).rejects.toThrow(Cancelled);
  });

  test('memory that a worker can not get is missed at the start', async () => {
    await expect(start(1, 5e9)).rejects.toThrow('out of memory: this model needs 5.00 GB in each worker');
  });
});

describe('a worker that fails', () => {
  /** A worker that answers every request but windows, at which it dies. */
  function mortal(): WorkerPort & { readonly ended: { value: boolean } } {
    let listen: (message: unknown) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    const ended = { value: false };
    return {
      ended,
      post(message) {
        const { kind, id } = message as ModelRequest;
        const response: ModelResponse = { kind: 'done', id };
        queueMicrotask(() => (kind === 'window' ? fail(new Error('killed')) : listen(response)));
      },
      onMessage: (listener) => void (listen = listener),
      onFailure: (listener) => void (fail = listener),
      terminate: () => {
        ended.value = true;
        return Promise.resolve();
      },
    };
  }
  const module = modelModule();

  test('ends the evaluation with one message', async () => {
    const pool = await createModelPool({ spawn: () => Promise.resolve(mortal()), size: 1, module, graph, context });
    await loadAll(pool);
    await expect(pool.score(windows[0]!, 0)).rejects.toThrow('a model worker stopped: killed');
    await expect(pool.score(windows[0]!, 0)).rejects.toThrow('a model worker stopped: killed');
  });

  test('to start takes the others with it', async () => {
    const first = mortal();
    const workers = [Promise.resolve(first), Promise.reject(new Error('no such script'))];
    const spawn = (): Promise<WorkerPort> => workers.shift()!;
    await expect(createModelPool({ spawn, size: 2, module, graph, context })).rejects.toThrow('no such script');
    expect(first.ended.value).toBe(true);
  });
});

describe('in the calling thread', () => {
  const start = (): ModelPool => createInProcessModelPool(createModelSession(modelKernels(), graph, context));

  test('windows asked for at once do not disturb each other', async () => {
    const pool = start();
    await loadAll(pool);
    const scored = await Promise.all(windows.map((tokens) => pool.score(tokens, 0)));
    expect(scored.map(({ scores }) => scores)).toEqual(expected());
  });

  test('dispose rejects what is open', async () => {
    const pool = start();
    await loadAll(pool);
    const open = windows.map((tokens) => pool.score(tokens, 0));
    const outcomes = Promise.allSettled(open);
    await pool.dispose();
    expect((await outcomes).every((each) => each.status === 'rejected' && each.reason instanceof Cancelled)).toBe(true);
  });
});
