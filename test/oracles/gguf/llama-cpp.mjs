#!/usr/bin/env node
// Perplexity of a GGUF model as `downcast eval` measures it beside llama.cpp's, on the same tokens with both scorings:
//
//     node test/oracles/gguf/llama-cpp.mjs MODEL.gguf [--text samples/text/validation.txt] [--context 512] [--windows 4]
//
// llama.cpp runs through its Node binding, pinned, installed into .cache/bench/peers when it is not there. Exits with 1
// unless its tokenizer gives the same tokens of the whole text, and both perplexities agree within 0.5%.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { installPeer } from '../../../bench/peers/install.mjs';

const LIMIT = 0.005;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    text: { type: 'string', default: path.join(root, 'samples/text/validation.txt') },
    context: { type: 'string', default: '512' },
    windows: { type: 'string', default: '4' },
  },
});
const [model] = positionals;
if (model === undefined) {
  console.error('usage: node test/oracles/gguf/llama-cpp.mjs MODEL.gguf [--text FILE] [--context N] [--windows N]');
  process.exit(2);
}
const context = Number(options.context);
const windows = Number(options.windows);

const { getLlama, LlamaLogLevel } = await (async () => {
  const folder = await installPeer(path.join(root, '.cache/bench'), 'node-llama-cpp', '3.22.1');
  return import(pathToFileURL(path.join(folder, 'dist/index.js')).href);
})();
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled, progressLogs: false });
const theirs = await llama.loadModel({ modelPath: path.resolve(model) });

const text = readFileSync(options.text, 'utf8');
const ours = await ourTokens(model, text);
const { shouldPrependBosToken, bos } = theirs.tokens;
const plain = theirs.tokenize(text, false, 'trimLeadingSpace');
const tokens = shouldPrependBosToken ? [bos, ...plain] : [...plain];
const differing = ours.findIndex((token, at) => token !== tokens[at]);
const same = differing < 0 && ours.length === tokens.length;
console.log(`tokens         ${ours.length} here, ${tokens.length} by llama.cpp: ${same ? 'the same' : 'NOT the same'}`);
if (!same)
  console.log(
    `first at ${differing}: ${ours.slice(differing, differing + 8)} | ${tokens.slice(differing, differing + 8)}`,
  );

const likelihoods = await llamaCpp(ours);
let failed = !same;
for (const scoring of ['all', 'second-half']) {
  const first = scoring === 'all' ? 0 : context / 2;
  const scored = likelihoods.flatMap((window) => window.slice(first));
  const expected = Math.exp(scored.reduce((sum, nll) => sum + nll, 0) / scored.length);
  const { base, measurement } = downcast(scoring);
  if (measurement.tokensScored !== scored.length)
    throw new Error(`${measurement.tokensScored} tokens were scored, not ${scored.length}`);
  const difference = base.value / expected - 1;
  failed ||= !(Math.abs(difference) <= LIMIT);
  console.log(
    `${scoring.padEnd(14)} ${scored.length} tokens: ${base.value.toFixed(4)} here, ${expected.toFixed(4)} by llama.cpp, ${(difference * 100).toFixed(3)}%`,
  );
}
await llama.dispose();
process.exit(failed ? 1 : 0);

/** Negative log-likelihoods in nats of tokens 2 and on of each window. */
async function llamaCpp(all) {
  const found = [];
  const llamaContext = await theirs.createContext({ contextSize: context + 8, batchSize: context });
  const sequence = llamaContext.getSequence();
  for (let window = 0; window < windows; window++) {
    await sequence.clearHistory();
    const tokensOf = all.slice(window * context, (window + 1) * context);
    const asked = tokensOf.map((token, at) =>
      at === context - 1 ? token : [token, { generateNext: { probabilities: true } }],
    );
    const outputs = await sequence.controlledEvaluate(asked);
    found.push(tokensOf.slice(1).map((token, at) => -Math.log(outputs[at].next.probabilities.get(token))));
  }
  return found;
}

function downcast(scoring) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'downcast-gguf-'));
  try {
    const policy = path.join(folder, 'keep.dtype.yaml');
    writeFileSync(policy, 'version: 1\ndefault: keep\n');
    const command = [
      'eval',
      policy,
      '--json',
      '--no-cache',
      '--checkpoint',
      path.resolve(model),
      '--text',
      options.text,
    ];
    const sizes = ['--context', options.context, '--windows', options.windows, '--scoring', scoring];
    const output = execFileSync(process.execPath, [path.join(root, 'dist/cli/downcast.js'), ...command, ...sizes], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(output.toString()).report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Tokens of a text by the tokenizer in the file's metadata. */
async function ourTokens(file, content) {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: `export { openCheckpoint } from './extension/core/checkpoint/open';
        export { openTokenizer } from './extension/core/evaluate/tokenize';
        export { nodeFolder } from './extension/files/node-folder';`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const bundle = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`;
  const { openCheckpoint, openTokenizer, nodeFolder } = await import(bundle);
  const place = await nodeFolder(path.resolve(file));
  const checkpoint = await openCheckpoint(place.folder, place.file);
  return [...(await openTokenizer(place.folder, checkpoint))(content)];
}
