import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { Checkpoint } from '../../extension/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { textsOfCheckpoint } from '../../extension/service/checkpoint-files';
import { memoryFolder } from '../fixtures/memory-folder';
import { edit, memoryWorkspace } from './editor';

// The language service on a GGUF model that llama.cpp's converter wrote.
let checkpoint: Checkpoint;
beforeAll(async () => {
  const file = readFileSync(new URL('../oracles/golden/gguf/models/llama-q8.gguf', import.meta.url));
  checkpoint = await openCheckpoint(memoryFolder({ 'model.gguf': new Uint8Array(file) }), 'model.gguf');
});

const HEAD = 'version: 1\ncheckpoint: model\ndefault: bf16\nrules:\n';

it('patterns with Hugging Face names match, and hover tells the name in the file', async () => {
  const editor = edit(
    `${HEAD}  - match: model.layers.0.self_attn.q_pr|oj.weight\n    dtype: fp16\n`,
    memoryWorkspace(checkpoint),
  );
  const hover = await editor.hover();
  expect(hover).toContain('- Q8_0 [32, 32] → fp16');
  expect(hover).toContain('- blk.0.attn_q.weight in the file, where the rows of each head stand in pairs');
});

it('has no config.json to go to', () => {
  expect(textsOfCheckpoint({ kind: 'open', uri: 'file:///home/me/model/model.gguf', checkpoint })).toEqual([]);
});
