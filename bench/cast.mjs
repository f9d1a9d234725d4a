#!/usr/bin/env node
// Speed of the cast kernels in GB of float32 input a second, one thread, beside a memory copy in the same rounds:
// `node bench/cast.mjs [--rounds 7] [--megabytes 64]`. "kernel" is the cast alone on a tile in cache, as in a cast
// that needs no error sums; "job" is everything a worker does with 8 MiB of rows at a time: copy in, cast, decode,
// error sums, copy out into fresh buffers.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { buildKernels } from '../scripts/build-kernels.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, megabytes: { type: 'string', default: '64' } },
});
const rounds = Number(options.rounds);
const columns = 2048;
const rows = Math.round((Number(options.megabytes) * 1e6) / 4 / columns);

await buildKernels({ only: ['cast'] });
const bundled = await esbuild.build({
  stdin: {
    contents: `export { instantiateCastKernels } from './extension/kernels/cast';
      export { FORMATS } from './extension/core/formats/registry';`,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  write: false,
});
const source = bundled.outputFiles[0].text;
const { instantiateCastKernels, FORMATS } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const module = new WebAssembly.Module(readFileSync(path.join(root, 'dist/kernels/cast.wasm')));

const values = new Float32Array(rows * columns);
for (let at = 0, state = 1; at < values.length; at++) {
  state = (Math.imul(state, 1664525) + 1013904223) | 0;
  values[at] = (state / 2 ** 31) * 0.1;
}
const bytes = new Uint8Array(values.buffer);

/** The cast alone, again and again on one tile. */
function kernelOnly(format) {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  const wasm = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const tileRows = 8;
  const count = tileRows * columns;
  const at = Math.ceil(wasm.heapBase() / 16) * 16;
  const [codes, packed, scales, sums] = [at + count * 4, at + count * 8, at + count * 9, at + count * 12];
  new Float32Array(memory.buffer, at, count).set(values.subarray(0, count));
  const kinds = { bf16: 0, fp16: 1, fp8_e4m3: 2, fp8_e5m2: 3, int8: 4, int4: 5 };
  const { kind, size } = format.defaultScale;
  const fixed = kind === 'none' ? 1 : 0;
  const once = () => {
    if (format.id === 'fp32') wasm.copy(at, codes, count * 4);
    else if (format.id === 'nf4') {
      wasm.encodeNf4(at, codes, count, 64, scales, 0, sums);
      wasm.packNf4(codes, packed, count);
    } else {
      const run = size ?? columns;
      wasm.encodeRuns(kinds[format.id], at, codes, tileRows, columns, run, fixed, scales, 1, 0, 0, 0, 0, sums);
      if (format.id === 'int4') wasm.packInt4(codes, packed, tileRows, columns);
    }
  };
  return () => {
    for (let done = 0; done < rows; done += tileRows) once();
  };
}

function wholeJob(format) {
  const kernels = instantiateCastKernels(module);
  const { id, defaultScale: scale, defaultScaleDtype: scaleDtype } = format;
  const cast = { format: id, scale, scaleDtype, round: { kind: 'nearest' }, overflow: 'saturate' };
  const range = { min: 0, max: 0, amax: 0 };
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

const target = new Uint8Array(bytes.length);
const runs = new Map([['memory copy', { copy: () => target.set(bytes) }]]);
for (const format of FORMATS.values()) runs.set(format.id, { kernel: kernelOnly(format), job: wholeJob(format) });

// Interleaved, so that a noisy neighbour hits all alike; the median of the rounds counts.
const seconds = new Map();
for (let round = -1; round < rounds; round++) {
  for (const [name, kinds] of runs) {
    for (const [kind, run] of Object.entries(kinds)) {
      const started = performance.now();
      run();
      if (round < 0) continue;
      const key = `${name} ${kind}`;
      seconds.set(key, [...(seconds.get(key) ?? []), (performance.now() - started) / 1000]);
    }
  }
}
const rate = (key) => {
  const sorted = [...seconds.get(key)].sort((a, b) => a - b);
  return bytes.length / 1e9 / sorted[Math.floor(sorted.length / 2)];
};
const copy = rate('memory copy copy');
console.log(`${(bytes.length / 1e6).toFixed(0)} MB of float32, ${rounds} rounds, Node ${process.version}\n`);
console.log('format       kernel GB/s  x copy   job GB/s  x copy');
console.log(`memory copy  ${copy.toFixed(1).padStart(11)}`);
for (const id of FORMATS.keys()) {
  const [kernel, job] = [rate(`${id} kernel`), rate(`${id} job`)];
  const cells = [kernel.toFixed(1).padStart(11), (kernel / copy).toFixed(2).padStart(7)];
  console.log(
    `${id.padEnd(12)} ${cells.join(' ')}  ${job.toFixed(2).padStart(9)} ${(job / copy).toFixed(2).padStart(7)}`,
  );
}
