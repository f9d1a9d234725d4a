import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../extension/cli/exit-code';
import { downcast, json, root } from './built-command';

// The built command on a GGUF model in blocks, as llama.cpp's converter wrote it, by policies with Hugging Face names.
const model = path.join(root, 'test/oracles/golden/gguf/models/llama-q8.gguf');

let folder = '';
let policy = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-gguf-'));
  policy = path.join(folder, 'test.dtype.yaml');
  const rule = '  - { match: "model.layers.*.mlp.*_proj.weight", dtype: int8 }';
  writeFileSync(policy, `version: 1\ncheckpoint: ${JSON.stringify(model)}\ndefault: bf16\nrules:\n${rule}\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('inspect shows names, and those of the file beside them', () => {
  const { code, out } = downcast('inspect', model, '--tensors');
  expect(code).toBe(EXIT.fine);
  expect(out).toMatch(/^model\.layers\.0\.self_attn\.q_proj\.weight .* Q8_0 +\[32, 32\] .* blk\.0\.attn_q\.weight$/m);
  const printed = json('inspect', downcast('inspect', model, '--json').out) as {
    readonly tensors: readonly { readonly name: string; readonly bits: number; readonly origin?: unknown }[];
  };
  expect(printed.tensors.find(({ name }) => name.endsWith('q_proj.weight'))).toMatchObject({
    bits: 8.5,
    origin: { name: 'blk.0.attn_q.weight', undo: { kind: 'paired-rows', headSize: 16 } },
  });
});

test('check tells of the second rounding', () => {
  const { code, out } = downcast('check', policy);
  expect(code).toBe(EXIT.fine);
  expect(out).toContain('quantized already, as Q8_0; a second rounding adds its error to the first');
});

test('explain names the tensor as the file does', () => {
  const { out } = downcast('explain', policy, 'model.layers.0.self_attn.k_proj.weight');
  expect(out).toContain('- blk.0.attn_k.weight in the file, where the rows of each head stand in pairs');
});

test('apply writes what inspect reads', () => {
  const out = path.join(folder, 'out');
  expect(downcast('apply', policy, '--out', out).code).toBe(EXIT.fine);
  expect(downcast('inspect', out).out).toContain('LlamaForCausalLM, 1 layers');
  expect(JSON.parse(readFileSync(path.join(out, 'config.json'), 'utf8'))).toMatchObject({ hidden_size: 32 });
});

test('eval measures it, with the tokenizer that the file holds, as transformers does', () => {
  const golden = readFileSync(model.replace(/gguf$/, 'json'), 'utf8');
  const { measured } = JSON.parse(golden) as {
    readonly measured: { readonly text: string; readonly perplexity: number };
  };
  const text = path.join(folder, 'text.txt');
  writeFileSync(text, measured.text);
  const args = ['eval', policy, '--text', text, '--context', '24', '--windows', '4', '--no-cache', '--json'];
  const { report } = json('evaluation', downcast(...args).out) as {
    readonly report: { readonly base: { readonly value: number } };
  };
  expect(Math.abs(report.base.value / measured.perplexity - 1)).toBeLessThan(1e-5);
});
