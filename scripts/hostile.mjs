#!/usr/bin/env node
// Ten thousand hostile policies (cut off, mutated, nested, aliases of aliases, exploding patterns, odd bytes) through the
// language service, every question about each: `node --expose-gc scripts/hostile.mjs [--count 10000] [--first 0] [--large]`.
// Fails when one makes it throw, when an answer takes more than 200 ms of processor, or when memory grows. `--large` takes
// DeepSeek-V3 as the checkpoint in place of a small Llama.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';

const LIMIT_MS = 200;
/** Heap after collection that may be in use beyond what the first tenth left there. */
const GROWTH_MB = 20;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    first: { type: 'string', default: '0' },
    large: { type: 'boolean', default: false },
  },
});

const bundle = path.join(root, '.cache/bench/hostile.cjs');
await esbuild.build({
  stdin: {
    contents: `export { createHostileSession } from './test/hostile/ask-everything';
      export { hostileText, readSeeds } from './test/hostile/hostile-texts';
      export { deepSeekV3Files } from './test/generators/deepseek-v3';
      export { buildTensorTree } from './extension/core/checkpoint/tree';`,
    resolveDir: root,
  },
  bundle: true,
  outfile: bundle,
  format: 'cjs',
  platform: 'node',
  mainFields: ['module', 'main'],
});
const { createHostileSession, hostileText, readSeeds, deepSeekV3Files, buildTensorTree } = createRequire(
  import.meta.url,
)(bundle);

const seeds = readSeeds(path.join(root, 'test/core/policy/fixtures'));
const session = createHostileSession(options.large ? buildTensorTree(deepSeekV3Files(), undefined) : undefined);
const count = Number(options.count);
const first = Number(options.first);
const times = [];
const failures = [];
const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
let early = 0;
for (let number = first; number < first + count; number++) {
  const text = hostileText(number, seeds);
  const before = process.cpuUsage();
  try {
    const answers = await session.ask(text);
    const { user, system } = process.cpuUsage(before);
    const slowest = answers.reduce((slow, each) => (each.took > slow.took ? each : slow));
    times.push({ number, took: (user + system) / 1000, slowest, length: text.length });
  } catch (error) {
    failures.push({ number, error });
    console.error(`policy ${number} made it throw: ${error.stack}`);
  }
  if (number - first === Math.floor(count / 10)) early = heapMb();
}
const late = heapMb();
const ordered = [...times].sort((a, b) => a.took - b.took);
const at = (share) => ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))].took.toFixed(1);
console.log(`${count} policies, milliseconds of processor:`);
console.log(`all answers about one: p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, most ${at(1)}`);
ordered.sort((a, b) => a.slowest.took - b.slowest.took);
const single = (share) =>
  ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))].slowest.took.toFixed(1);
console.log(
  `slowest answer about one: p50 ${single(0.5)}, p95 ${single(0.95)}, p99 ${single(0.99)}, most ${single(1)}`,
);
for (const { number, took, slowest, length } of ordered.slice(-5).reverse()) {
  const most = `${slowest.question} ${slowest.took.toFixed(0)} ms`;
  console.log(`  policy ${number}, ${length} characters: ${took.toFixed(0)} ms, most of it ${most}`);
}
console.log(`heap ${early.toFixed(1)} MB after a tenth, ${late.toFixed(1)} MB at the end`);
const slow = ordered.filter(({ slowest }) => slowest.took > LIMIT_MS);
if (slow.length > 0) console.error(`${slow.length} of the slowest answers take more than ${LIMIT_MS} ms`);
const grows = globalThis.gc !== undefined && late - early > GROWTH_MB;
if (grows) console.error(`memory grows by ${(late - early).toFixed(1)} MB`);
if (globalThis.gc === undefined) console.log('memory is measured with node --expose-gc only');
process.exit(failures.length > 0 || slow.length > 0 || grows ? 1 : 0);
