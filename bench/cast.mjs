#!/usr/bin/env node
// Speed of the cast kernels in GB of float32 input a second, one thread, beside a memory copy and other programs that
// do the same cast, in the same rounds: `npm run bench:cast -- [--rounds 5] [--megabytes 64] [--only int4,nf4]`.
// "kernel" is scale and codes on a tile in cache; "job" is everything a worker does with 8 MiB of rows at a time: copy
// in, cast, decode, error sums, copy out into fresh buffers. The others are asked through Python where there is one
// with them: DOWNCAST_PYTHON or .cache/oracles/bin/python; llama.cpp's quantizer where DOWNCAST_GGML_LIBRARY names its
// libggml-base. Goals: bf16 1.45 x a memory copy, fp8 and int8 1.5 x, codebooks 1.0 x, and ahead of the others.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { buildKernels } from '../scripts/build-kernels.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '64' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const columns = 2048;
const rows = Math.round((Number(options.megabytes) * 1e6) / 4 / columns);
const GOALS = { bf16: 1.45, fp8_e4m3: 1.5, fp8_e5m2: 1.5, int8: 1.5, nf4: 1, sf4: 1 };

await buildKernels({ only: ['cast'] });
const bundled = await esbuild.build({
  stdin: {
    contents: `export { instantiateCastKernels } from './extension/kernels/cast';
      export { castSteps } from './extension/kernels/cast-steps';
      export { defaultCast } from './extension/core/formats/default-cast';
      export { FORMATS } from './extension/core/formats/registry';
      export { hasRelaxedSimd, kernelFile } from './extension/kernels/relaxed-simd';`,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  write: false,
});
const source = bundled.outputFiles[0].text;
const { instantiateCastKernels, castSteps, defaultCast, FORMATS, hasRelaxedSimd, kernelFile } = await import(
  `data:text/javascript,${encodeURIComponent(source)}`
);
const module = new WebAssembly.Module(readFileSync(path.join(root, 'dist/kernels', kernelFile('cast'))));

const values = new Float32Array(rows * columns);
for (let at = 0; at < values.length; at++) {
  values[at] = (((Math.imul(at, 1664525) + 1013904223) | 0) / 2 ** 31) * 0.1;
}
const bytes = new Uint8Array(values.buffer);
const amax = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
const range = { min: -amax, max: amax, amax, meanMagnitude: mean };

/** The cast alone, again and again on one tile; undefined for a format without a kernel. */
function kernelOnly(format) {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const tile = { rows: 8, columns };
  const count = tile.rows * columns;
  const at = Math.ceil(wasm.heapBase() / 64) * 64;
  const area = (place) => at + place * count * 4;
  new Float32Array(memory.buffer, at, count).set(values.subarray(0, count));
  const steps = castSteps(wasm, {
    cast: defaultCast(format),
    matrix: tile,
    range,
    dtype: 'F32',
    bytes,
    firstElement: 0,
  });
  if (!steps) return undefined;
  const addresses = {
    values: at,
    back: area(1),
    scratch: area(2),
    codes: area(3),
    scales: area(4),
    more: area(5),
    saturated: area(6),
  };
  return () => {
    for (let done = 0; done < rows; done += tile.rows) steps.encode(addresses, tile, 0);
  };
}

function wholeJob(format) {
  const kernels = instantiateCastKernels(module);
  const cast = defaultCast(format);
  const runRows = (8 << 20) / 4 / columns;
  return () => {
    for (let row = 0; row < rows; row += runRows) {
      const matrix = { rows: Math.min(runRows, rows - row), columns };
      const from = row * columns * 4;
      const part = bytes.subarray(from, from + matrix.rows * columns * 4);
      kernels.cast({ dtype: 'F32', bytes: part, matrix, firstElement: row * columns, cast, range, decode: false });
    }
  };
}

/** Other programs behind a Python process: what they can cast, and how long one cast takes. */
async function startPeers() {
  const python = process.env.DOWNCAST_PYTHON ?? path.join(root, '.cache/oracles/bin/python');
  if (!existsSync(python)) {
    console.error(`no ${python}: other programs are not measured (test/oracles/README.md says how to install them)`);
    return { names: [], run: async () => 0, stop() {} };
  }
  const child = spawn(python, [path.join(root, 'bench/peers/cast.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${values.length} ${columns}\n`);
  const names = (await lines.next()).value.split(',').filter(Boolean);
  return {
    names,
    async run(name) {
      child.stdin.write(`${name}\n`);
      return Number((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

const timed = (run) => {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
};

const wanted = options.only?.split(',');
const formats = [...FORMATS.values()].filter(({ id }) => !wanted || wanted.includes(id));
const target = new Uint8Array(bytes.length);
const runs = new Map([['copy', () => timed(() => target.set(bytes))]]);
for (const format of formats) {
  const kernel = kernelOnly(format);
  if (kernel) runs.set(`${format.id} kernel`, () => timed(kernel));
  const job = wholeJob(format);
  runs.set(`${format.id} job`, () => timed(job));
}
const peers = await startPeers();
const known = new Set(formats.map(({ id }) => id));
for (const name of peers.names) {
  const [, id] = name.split(' ');
  if (known.has(id)) runs.set(name, () => peers.run(name));
}

// Interleaved, so that a noisy neighbour hits all alike; the median of the rounds counts.
const seconds = new Map([...runs.keys()].map((name) => [name, []]));
for (let round = -1; round < rounds; round++) {
  for (const [name, run] of runs) {
    const took = await run();
    if (round >= 0) seconds.get(name).push(took);
  }
}
peers.stop();

const rate = (name) => {
  const sorted = seconds.get(name)?.toSorted((a, b) => a - b);
  return sorted ? bytes.length / 1e9 / sorted[Math.floor(sorted.length / 2)] : undefined;
};
const copy = rate('copy');
const cell = (value, digits, width) => (value === undefined ? '-' : value.toFixed(digits)).padStart(width);
const share = (value) => (value === undefined ? undefined : value / copy);
const rowsOut = formats.map(({ id }) => {
  const others = [...runs.keys()].filter((name) => name.split(' ')[1] === id && !/ (kernel|job)$/.test(name));
  return {
    id,
    kernel: rate(`${id} kernel`),
    job: rate(`${id} job`),
    goal: GOALS[id],
    others: others.map((name) => ({ name: name.split(' ')[0], rate: rate(name) })),
  };
});
if (options.json) console.log(JSON.stringify({ copy, formats: rowsOut }, null, 2));
else {
  console.log(
    `${(bytes.length / 1e6).toFixed(0)} MB of float32, ${rounds} rounds, Node ${process.version}; memory copy ${copy.toFixed(1)} GB/s\n`,
  );
  console.log('format           kernel  x copy   goal     job  x copy  others: GB/s (kernel is so many times as fast)');
  for (const { id, kernel, job, goal, others } of rowsOut) {
    const said = others.map(
      (other) => `${other.name} ${other.rate.toFixed(2)}${kernel ? ` (${(kernel / other.rate).toFixed(1)}x)` : ''}`,
    );
    console.log(
      `${id.padEnd(14)} ${cell(kernel, 2, 8)} ${cell(share(kernel), 2, 7)} ${cell(goal, 2, 6)} ${cell(job, 2, 7)} ${cell(share(job), 2, 7)}  ${said.join(', ')}`.trimEnd(),
    );
  }
}
