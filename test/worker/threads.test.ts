import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createKernelPool, type KernelPoolOptions } from '../../extension/worker/pool';
import type { CastJob, KernelPool, KernelResponse } from '../../extension/worker/protocol';
import { spawnNodeWorker } from '../../extension/worker/spawn-node';
import { castOf, weights } from '../core/formats/casts';
import { castModule } from '../kernels/cast-module';

const folder = mkdtempSync(path.join(tmpdir(), 'downcast-worker-'));
const module = castModule();
const pools: KernelPool[] = [];

beforeAll(async () => {
  const shared = { bundle: true, absWorkingDir: path.resolve(import.meta.dirname, '../..'), target: 'es2022' } as const;
  await build({
    ...shared,
    entryPoints: ['extension/worker/node-entry.ts'],
    platform: 'node',
    format: 'cjs',
    outfile: path.join(folder, 'node.js'),
  });
  await build({
    ...shared,
    entryPoints: ['extension/worker/browser-entry.ts'],
    platform: 'browser',
    format: 'iife',
    outfile: path.join(folder, 'browser.js'),
  });
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.dispose()));
  rmSync(folder, { recursive: true, force: true });
});

function job(): CastJob {
  const bytes = new Uint8Array(weights(300 * 64, 1).buffer);
  const range = { min: 0, max: 0, amax: 0 };
  return {
    dtype: 'F32',
    bytes,
    matrix: { rows: 300, columns: 64 },
    firstElement: 0,
    cast: castOf('int4'),
    range,
    decode: true,
  };
}

/** A pool of real threads: the scripts in turn, the last one from then on. */
function pool(scripts: readonly string[], options: Partial<KernelPoolOptions> = {}): KernelPool {
  let spawned = 0;
  const spawn = () => {
    const script = scripts[Math.min(spawned++, scripts.length - 1)]!;
    return Promise.resolve(spawnNodeWorker(path.join(folder, script), { maxOldGenerationSizeMb: 32 }));
  };
  const made = createKernelPool({ spawn, size: 1, module, ...options });
  pools.push(made);
  return made;
}

/** A worker script that does this to its first request. */
function script(name: string, body: string): string {
  const text = `require('node:worker_threads').parentPort.on('message', (m) => { if (m.kind !== 'init') { ${body} } });`;
  writeFileSync(path.join(folder, name), text);
  return name;
}

test('real threads cast as the reference does', async () => {
  const kernels = pool(['node.js'], { size: 2 });
  const results = await Promise.all(Array.from({ length: 8 }, () => kernels.cast(job())));
  for (const result of results) expect(result).toEqual(referenceKernels.cast(job()));
  expect(await kernels.range('F32', job().bytes)).toEqual(referenceKernels.range('F32', job().bytes));
});

test("a kernel's refusal is a message, and the worker lives on", async () => {
  const kernels = pool(['node.js']);
  await expect(kernels.cast({ ...job(), matrix: { rows: 1, columns: 7 } })).rejects.toThrow(
    '19200 values were given for 1 rows of 7',
  );
  await kernels.cast(job());
});

describe('forced failures: one message, and the next request is served by a new worker', () => {
  const twice = 'the kernel worker died twice on the same piece of work, which was given up: ';

  test('a script that throws', async () => {
    const bad = script('throws.js', "throw new Error('artificial failure')");
    const kernels = pool([bad, bad, 'node.js']);
    await expect(kernels.cast(job())).rejects.toThrow(`${twice}artificial failure`);
    await kernels.cast(job());
  });

  test('a script that exits', async () => {
    const bad = script('exits.js', 'process.exit(7)');
    const kernels = pool([bad, bad, 'node.js']);
    await expect(kernels.cast(job())).rejects.toThrow(`${twice}it ended with exit code 7`);
    await kernels.cast(job());
  });

  test('a heap that overflows', async () => {
    const bad = script('fills.js', 'const all = []; for (;;) all.push(new Array(1e5).fill({}).map(() => ({})));');
    const kernels = pool([bad, bad, 'node.js']);
    await expect(kernels.cast(job())).rejects.toThrow(/memory limit/);
    await kernels.cast(job());
  });

  test('an endless loop', async () => {
    const bad = script('loops.js', 'for (;;);');
    const kernels = pool([bad, 'node.js'], { timeLimit: () => 3000 });
    await expect(kernels.cast(job())).rejects.toThrow('gave no answer for 3 s');
    await kernels.cast(job());
  });

  test('a script that is not there', async () => {
    const kernels = pool(['missing.js', 'missing.js', 'node.js']);
    await expect(kernels.cast(job())).rejects.toThrow(/died twice.*missing\.js/s);
    await kernels.cast(job());
  });

  test('kernels that can not be instantiated', async () => {
    // A module that imports something else than the memory it gets.
    const other = new WebAssembly.Module(
      new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]),
    );
    const kernels = pool(['node.js'], { module: other });
    await expect(kernels.cast(job())).rejects.toThrow(/Import #0/);
  });
});

test('the browser bundle is one classic script that serves the same protocol', async () => {
  const text = readFileSync(path.join(folder, 'browser.js'), 'utf8');
  let toWorker: (event: { readonly data: unknown }) => void = () => undefined;
  const answered = new Promise<KernelResponse>((resolve) => {
    const self = {
      postMessage: (message: KernelResponse) => resolve(message),
      addEventListener: (_: string, listener: typeof toWorker) => (toWorker = listener),
    };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    new Function('self', text)(self);
  });
  toWorker({ data: { kind: 'init', module } });
  toWorker({ data: { kind: 'cast', id: 5, ...job() } });
  expect(await answered).toEqual({ kind: 'cast', id: 5, result: referenceKernels.cast(job()) });
});
