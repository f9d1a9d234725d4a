#!/usr/bin/env node
// Speed of the linear layer's kernels (packing of the input included) in GFLOP/s, one thread, as a share of what the
// engine's 128-bit vectors reach in registers: `npm run bench:matmul -- [--rounds 40] [--no-chromium]`. In Node and in
// Chromium; of short rounds the fastest, in which nothing else ran. Goal: the relaxed build at 95% of the peak.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import asc from 'assemblyscript/asc';
import { chromium } from 'playwright-core';
import { buildKernels } from '../scripts/build-kernels.mjs';
import { chromiumArgs, findChromium } from '../scripts/hosts/chromium.mjs';
import { measure } from './matmul-rounds.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, 'no-chromium': { type: 'boolean', default: false } },
});
const SHAPES = [
  [64, 1536, 576],
  [512, 1536, 576],
  [512, 576, 1536],
  [512, 2048, 2048],
];

/** Twelve sums that do not wait for each other. */
async function probe(features, madd) {
  const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
  const source = `export function probe(steps: i32): void {
    const a = v128.load(0);
    const b = v128.load(16);
    ${names.map((name, i) => `let ${name} = v128.load(${32 + i * 16});`).join('\n')}
    for (let i = 0; i < steps; i++) {
      ${names.map((name) => `${name} = ${madd(name)};`).join('\n')}
    }
    ${names.map((name, i) => `v128.store(${32 + i * 16}, ${name});`).join('\n')}
  }`;
  const flags = { optimizeLevel: 3, noAssert: true, runtime: 'stub', importMemory: true, enable: features };
  const { error, stderr, binary } = await asc.compileString(source, flags);
  if (error) throw new Error(stderr.toString());
  return [...binary];
}

// Node 20 has relaxed SIMD behind a flag, later ones know none.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await buildKernels({ only: ['model'] });
const read = (file) => [...readFileSync(path.join(root, 'dist/kernels', file))];
const given = {
  probes: {
    'peak, relaxed': await probe(['simd', 'relaxed-simd'], (c) => `f32x4.relaxed_madd(a, b, ${c})`),
    'peak, plain': await probe(['simd'], (c) => `f32x4.add(${c}, f32x4.mul(a, b))`),
  },
  builds: { relaxed: read('model.relaxed.wasm'), plain: read('model.wasm') },
  shapes: SHAPES,
  rounds: Number(options.rounds),
};

function report(host, results) {
  const peak = results.find(({ name }) => name === 'peak, relaxed').speed;
  console.log(`\n${host}`);
  for (const { name, speed } of results) {
    const share = name.startsWith('peak') ? '' : `${((speed / peak) * 100).toFixed(0)}% of the peak`;
    console.log(`  ${name.padEnd(28)}${speed.toFixed(1).padStart(7)} GFLOP/s  ${share}`);
  }
}

report(`Node ${process.versions.node}`, measure(given));
if (!options['no-chromium']) {
  try {
    const browser = await chromium.launch({ executablePath: await findChromium(), args: [...chromiumArgs] });
    const page = await browser.newPage();
    const results = await page.evaluate(`(${measure})(${JSON.stringify(given)})`);
    report(`Chromium ${browser.version()}`, results);
    await browser.close();
  } catch (error) {
    console.log(`\nChromium: not measured: ${error.message.split('\n')[0]}`);
  }
}
