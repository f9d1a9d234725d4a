#!/usr/bin/env node
// Tokens a second of the forward pass, every token scored, beside other programs with the same weights and the same
// tokens, in the same rounds: `npm run bench:perplexity -- [--rounds 3] [--layers 30] [--context 512] [--only ours]`.
// The model is a Llama of SmolLM-135M's shape with random weights in float32 (fewer layers with --layers).
// The others are installed, pinned, into .cache/bench/peers; one that can't be had or run is named with the reason.
// Goals: 2.5 x wllama's prefill; 10 x node-llama-cpp's probabilities.
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import * as esbuild from 'esbuild';
import { buildKernels } from '../scripts/build-kernels.mjs';
import { writeGguf } from './peers/gguf.mjs';
import { nodeLlamaCpp } from './peers/node-llama-cpp.mjs';
import { wllama } from './peers/wllama.mjs';
import { configOf, tokensOf } from './perplexity-model.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    layers: { type: 'string', default: '30' },
    context: { type: 'string', default: '512' },
    only: { type: 'string', default: '' },
  },
});
const rounds = Number(options.rounds);
const context = Number(options.context);
const config = configOf(Number(options.layers));
const cache = path.join(root, '.cache/bench');
const windows = Array.from({ length: 2 }, (_, n) => tokensOf(n, context, config.vocab_size));

// Node 20 has relaxed SIMD behind a flag, which must be set before the first module is compiled.
setFlagsFromString('--experimental-wasm-relaxed-simd');
await buildKernels({ only: ['model'] });
const bundled = await esbuild.build({
  stdin: {
    contents: `export { instantiateModelKernels } from './extension/kernels/model';
      export { parseModelConfig } from './extension/core/checkpoint/config';
      export { modelGraph } from './extension/core/model/architectures';
      export { rotaryFrequencies } from './extension/core/model/rotary';
      export { residentWeights } from './extension/core/model/resident-weights';
      export { embed, layer, states, logits } from './extension/core/model/forward';`,
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  write: false,
});

/** A contestant: `score` runs a window a worker and returns the number of tokens, and seconds where its own clock leaves out what is not asked. */
async function ours(build, threads) {
  const module = new WebAssembly.Module(readFileSync(path.join(root, `dist/kernels/model${build}.wasm`)));
  const workerData = { source: bundled.outputFiles[0].text, module, config, context };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./perplexity-worker.mjs', import.meta.url), { workerData }),
  );
  const answer = (worker) =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  await Promise.all(workers.map(answer));
  let share = 0;
  return {
    name: `downcast, ${build === '' ? 'plain' : 'relaxed'} SIMD, ${threads} worker${threads > 1 ? 's' : ''}`,
    async score() {
      const answers = workers.map(answer);
      workers.forEach((worker, n) => worker.postMessage(windows[n]));
      const scored = await Promise.all(answers);
      share = scored[0].layers;
      return { tokens: threads * context, nll: scored[0].nll };
    },
    note: () => `layers ${(share / 1000).toFixed(2)} s a window`,
    close: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}

await mkdir(cache, { recursive: true });
const gguf = path.join(cache, `random-llama-${options.layers}.gguf`);
const peer = (start) => async (threads) => {
  writeGguf(gguf, config);
  return start({ cache, gguf, threads, context, windows });
};
const entrants = [
  ['ours plain 1', () => ours('', 1)],
  ['ours relaxed 1', () => ours('.relaxed', 1)],
  ['ours plain 2', () => ours('', 2)],
  ['ours relaxed 2', () => ours('.relaxed', 2)],
  ['node-llama-cpp prefill 1', () => peer(nodeLlamaCpp.prefill)(1)],
  ['node-llama-cpp prefill 2', () => peer(nodeLlamaCpp.prefill)(2)],
  ['node-llama-cpp probabilities 2', () => peer(nodeLlamaCpp.probabilities)(2)],
  ['wllama 1', () => peer(wllama)(1)],
  ['wllama 2', () => peer(wllama)(2)],
].filter(([name]) => name.includes(options.only));

const contestants = [];
for (const [name, start] of entrants) {
  try {
    contestants.push({ ...(await start()), seconds: [] });
    console.error(`ready: ${name}`);
  } catch (error) {
    console.log(`not measured: ${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}
function drop(contestant, error) {
  contestants.splice(contestants.indexOf(contestant), 1);
  console.log(`not measured: ${contestant.name}: ${String(error.message).split('\n')[0]}`);
  return {};
}

// The first round warms up.
for (let round = 0; round <= rounds; round++) {
  for (const contestant of [...contestants]) {
    const started = performance.now();
    const { tokens, nll, seconds } = await contestant.score().catch((error) => drop(contestant, error));
    if (round > 0) contestant.seconds.push(seconds ?? (performance.now() - started) / 1000);
    contestant.tokens = tokens;
    contestant.nll = nll;
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const best = Math.max(...contestants.filter(({ name }) => name.startsWith('downcast')).map(speed));
function speed({ tokens, seconds }) {
  return tokens / median(seconds);
}
console.log(
  `${options.layers} layers, windows of ${context} tokens, ${rounds} rounds, Node ${process.versions.node}\n`,
);
console.log(`${'program'.padEnd(48)}tokens/s  fastest of ours / it  nats a token of window 1`);
for (const contestant of contestants) {
  const { name, nll, note } = contestant;
  const mean = nll === undefined ? '-' : (nll / (context - 1)).toFixed(6);
  const ratio = (best / speed(contestant)).toFixed(2);
  console.log(
    `${name.padEnd(48)}${speed(contestant).toFixed(1).padStart(8)}${ratio.padStart(23)}  ${mean} ${note?.() ?? ''}`,
  );
}
for (const contestant of contestants) await contestant.close();
process.exit(0);
