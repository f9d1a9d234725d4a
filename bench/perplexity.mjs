#!/usr/bin/env node
// Tokens a second of the forward pass with every token scored, beside other programs with the same weights and the same
// tokens, in the same rounds: `npm run bench:perplexity -- [--rounds 5] [--layers 30] [--context 512] [--threads 1,2]
// [--only relaxed,wllama]`. The model is a Llama of SmolLM-135M's shape with random weights in float32.
// The others are installed, pinned, into .cache/bench/peers; one that can't be had or run is named with the reason.
// Ratios are medians over the rounds: of time on the clock, and of processor time, which other load does not change but
// which counts threads that spin while they wait.
import { mkdir } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { buildKernels } from '../scripts/build-kernels.mjs';
import { processorSeconds } from './peers/processor-seconds.mjs';
import { writeGguf } from './peers/gguf.mjs';
import { nodeLlamaCpp } from './peers/node-llama-cpp.mjs';
import { onnxruntime } from './peers/onnxruntime.mjs';
import { wllama } from './peers/wllama.mjs';
import { configOf, tokensOf } from './perplexity-model.mjs';
import { bundleWorker, oursInChromium, oursInNode } from './perplexity-ours.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    layers: { type: 'string', default: '30' },
    context: { type: 'string', default: '512' },
    threads: { type: 'string', default: [...new Set([1, availableParallelism()])].join() },
    only: { type: 'string', default: '' },
  },
});
const [rounds, context] = [Number(options.rounds), Number(options.context)];
const threadCounts = options.threads.split(',').map(Number);
const most = Math.max(...threadCounts);
const config = configOf(Number(options.layers));
const cache = path.join(root, '.cache/bench');
const windows = Array.from({ length: most }, (_, n) => tokensOf(n, context, config.vocab_size));

/** [of ours, of the others, the goal for their ratio]. */
const GOALS = [
  ['Chromium, relaxed SIMD', 'wllama, prefill', 2.5],
  ['Node, relaxed SIMD', 'wllama, prefill', 2.5],
  ['Node, relaxed SIMD', 'node-llama-cpp, probabilities', 10],
  ['Node, relaxed SIMD', 'onnxruntime-node', 0.58],
  ['Node, relaxed SIMD', 'node-llama-cpp, prefill', undefined],
];

// Node 20 has relaxed SIMD behind a flag, which must be set before the first module is compiled; later ones know none.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
await mkdir(cache, { recursive: true });
await buildKernels({ only: ['model'] });
const worker = path.join(cache, 'perplexity-worker.mjs');
await bundleWorker(worker);
const gguf = path.join(cache, `random-llama-${options.layers}.gguf`);
const given = { cache, gguf, config, context, windows };

/** Starts a contestant for each number of threads; ours takes as many of its workers as it needs. */
const ours = (start, build) => async () => {
  const at = start === oursInNode ? pathToFileURL(worker) : worker;
  const { score, close } = await start({ ...given, worker: at, build, threads: most });
  return threadCounts.map((threads) => ({ threads, score: () => score(threads), close }));
};
const peer = (start) => async () => {
  writeGguf(gguf, config);
  const started = [];
  for (const threads of threadCounts) started.push({ threads, ...(await start({ ...given, threads })) });
  return started;
};
const entrants = [
  ['Node, relaxed SIMD', ours(oursInNode, 'relaxed')],
  ['Node, plain SIMD', ours(oursInNode, 'plain')],
  ['Chromium, relaxed SIMD', ours(oursInChromium, 'relaxed')],
  ['wllama, prefill', peer(wllama)],
  ['node-llama-cpp, prefill', peer(nodeLlamaCpp.prefill)],
  ['node-llama-cpp, probabilities', peer(nodeLlamaCpp.probabilities)],
  ['onnxruntime-node', peer(onnxruntime)],
].filter(([name]) => options.only.split(',').some((part) => name.includes(part)));

const contestants = [];
for (const [name, start] of entrants) {
  try {
    for (const started of await start()) contestants.push({ name, ...started, wall: [], processor: [] });
    console.error(`ready: ${name}`);
  } catch (error) {
    console.log(`not measured: ${name}: ${String(error.message ?? error).split('\n')[0]}`);
  }
}
console.log("not measured: llama.cpp's llama-perplexity: no package has it; the goal beside it is 0.85 x");

// The first round warms up.
for (let round = 0; round <= rounds; round++) {
  for (const contestant of [...contestants]) {
    const [started, processor] = [performance.now(), processorSeconds()];
    try {
      const { tokens, nll, seconds } = await contestant.score();
      contestant.nll = nll;
      if (round === 0) continue;
      contestant.wall.push(tokens / (seconds ?? (performance.now() - started) / 1000));
      if (processor !== undefined) contestant.processor.push(tokens / (processorSeconds() - processor));
    } catch (error) {
      contestants.splice(contestants.indexOf(contestant), 1);
      console.log(`not measured: ${contestant.name}: ${String(error.message).split('\n')[0]}`);
    }
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const shown = (number, digits, width) => (number === undefined ? '-' : number.toFixed(digits)).padStart(width);
console.log(
  `\n${options.layers} layers, windows of ${context} tokens, ${rounds} rounds, Node ${process.versions.node}, ` +
    `load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores\n`,
);
console.log(`${'program'.padEnd(32)}threads  tokens/s  a processor second  nats a token`);
for (const { name, threads, wall, processor, nll } of contestants) {
  const mean = nll === undefined ? undefined : nll / (context - 1);
  console.log(
    `${name.padEnd(32)}${shown(threads, 0, 7)}${shown(median(wall), 1, 10)}${shown(median(processor), 1, 20)}${shown(mean, 6, 14)}`,
  );
}

console.log(`\n${'ratio'.padEnd(58)}threads     clock  processor      goal`);
const ratio = (a, b) => median(a.map((speed, round) => speed / b[round]));
for (const [us, them, goal] of GOALS) {
  for (const threads of threadCounts) {
    const [a, b] = [us, them].map((of) => contestants.find((one) => one.name === of && one.threads === threads));
    if (!a || !b) continue;
    console.log(
      `${`${us} / ${them}`.padEnd(58)}${shown(threads, 0, 7)}${shown(ratio(a.wall, b.wall), 2, 10)}` +
        `${shown(ratio(a.processor, b.processor), 2, 11)}${shown(goal, 2, 10)}`,
    );
  }
}
for (const { close } of contestants) await close();
process.exit(0);
