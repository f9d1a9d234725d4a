#!/usr/bin/env node
// Ids that llama.cpp's tokenizer gives for the text on standard input, by GGUF file: `node llama-tokens.mjs FILE.gguf ...`
// prints {"name": [ids]}. Special tokens in the text are taken for such; nothing is put before it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installPeer } from '../../../bench/peers/install.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const folder = await installPeer(path.join(root, '.cache/bench'), 'node-llama-cpp', '3.22.1');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(path.join(folder, 'dist/index.js')).href);
const text = readFileSync(0, 'utf8');
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled, progressLogs: false });
const found = {};
for (const file of process.argv.slice(2)) {
  const model = await llama.loadModel({ modelPath: path.resolve(file), vocabOnly: true });
  found[path.basename(file, '.gguf')] = [...model.tokenize(text, true, 'trimLeadingSpace')];
  await model.dispose();
}
process.stdout.write(JSON.stringify(found));
await llama.dispose();
process.exit(0);
