#!/usr/bin/env node
// Largest errors of the kernels' approximations over every float32 that they are made for, in both builds, against
// float64: `npm run check:exp -- [--only exp] [--step 1]`. Takes minutes: e^x alone is asked for 2.2 billion inputs.
// Fails when an error reaches the bound that the sources state.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import * as esbuild from 'esbuild';
import { buildKernels } from './build-kernels.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const BUILDS = ['model.wasm', 'model.relaxed.wasm'];
/** Inputs at a time. */
const COUNT = 1 << 16;

if (isMainThread) await main();
else await work(workerData);

async function main() {
  const { values: options } = parseArgs({
    options: { only: { type: 'string', default: '' }, step: { type: 'string', default: '1' } },
  });
  // Node 20 has relaxed SIMD behind a flag, which must be set before the first module is compiled; later ones know none.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  await buildKernels({ only: ['model'] });
  const outfile = path.join(root, '.cache/bench/approximations.mjs');
  await esbuild.build({
    entryPoints: [path.join(root, 'test/kernels/approximations.ts')],
    bundle: true,
    format: 'esm',
    outfile,
  });
  const source = pathToFileURL(outfile).href;
  const { APPROXIMATIONS } = await import(source);
  const size = availableParallelism();
  let failed = false;
  for (const { name, measure, bound } of APPROXIMATIONS.filter(({ name }) => name.includes(options.only))) {
    const started = performance.now();
    const parts = await Promise.all(
      Array.from({ length: size }, (_, index) => answer({ source, name, index, size, step: Number(options.step) })),
    );
    const count = parts.reduce((sum, part) => sum + part.inputs, 0);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${name}: ${count.toLocaleString('en')} inputs, ${seconds} s`);
    for (const [at, build] of BUILDS.entries()) {
      const worst = parts.map((part) => part.worst[at]).reduce((a, b) => (a.error >= b.error ? a : b));
      const error = measure === 'ulps' ? `${worst.error.toFixed(4)} ulps` : worst.error.toExponential(3);
      // So that a NaN fails too.
      const good = worst.error < bound;
      failed ||= !good;
      console.log(`  ${build.padEnd(20)} at most ${error} at ${worst.x}, ${good ? 'below' : 'NOT BELOW'} ${bound}`);
    }
  }
  process.exitCode = failed ? 1 : 0;
}

function answer(data) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: data });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Every `size`th block of inputs. */
async function work({ source, name, index, size, step }) {
  const { APPROXIMATIONS, buffersOf, worstErrors } = await import(source);
  const approximation = APPROXIMATIONS.find((one) => one.name === name);
  const builds = BUILDS.map((file) =>
    buffersOf(new WebAssembly.Module(readFileSync(path.join(root, 'dist/kernels', file))), COUNT),
  );
  const worst = BUILDS.map(() => ({ error: 0, x: 0 }));
  let [block, inputs] = [0, 0];
  for (const [first, last] of approximation.inputs) {
    for (let at = first; at <= last; at += COUNT * step) {
      if (block++ % size !== index) continue;
      const count = Math.min(COUNT, Math.floor((last - at) / step) + 1);
      inputs += count;
      for (const [build, here] of worstErrors(approximation, builds, at, step, count).entries()) {
        if (!(here.error <= worst[build].error)) worst[build] = here;
      }
    }
  }
  parentPort.postMessage({ inputs, worst });
}
