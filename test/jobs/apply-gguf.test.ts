import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../extension/core/checkpoint/open';
import { openWeights } from '../../extension/core/checkpoint/weights';
import { createDigest } from '../../extension/core/digest';
import { openTokenizer } from '../../extension/core/evaluate/tokenize';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import { sourceFloats } from '../../extension/core/formats/floats/source-floats';
import { modelGraph } from '../../extension/core/model/architectures';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import { apply, type ApplyRequest } from '../../extension/jobs/apply';
import type { ApplyReport } from '../../extension/jobs/apply-report';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { createInProcessPool } from '../../extension/worker/in-process';
import { committedFolder, memoryFolder, memoryOutput, type MemoryFiles } from '../fixtures/memory-folder';

const GOLDEN = fileURLToPath(new URL('../oracles/golden/gguf/', import.meta.url));
const gguf = (name: string) => new Uint8Array(readFileSync(`${GOLDEN}${name}.gguf`));
const KEEP = 'version: 1\ndefault: keep\n';

async function prepare(files: MemoryFiles, policyText: string) {
  const folder = memoryFolder(files, 'models');
  const checkpoint = await openCheckpoint(folder);
  const { policy } = parsePolicy(policyText, BUILT_IN_FORMATS);
  const output = memoryOutput('out');
  const request: ApplyRequest = {
    checkpoint,
    plan: resolve(policy, checkpoint.tree, BUILT_IN_FORMATS),
    policy: { name: 'test', text: policyText },
    source: { pool: createInProcessPool(referenceKernels), read: openWeights(folder).read },
    folder,
    output,
    createDigest,
    now: () => 0,
  };
  return { request, output, folder };
}

async function finish(request: ApplyRequest): Promise<ApplyReport> {
  const job = apply(request);
  for (;;) {
    const next = await job.next();
    if (next.done) return next.value;
  }
}

async function valuesIn(folder: ApplyRequest['folder']): Promise<ReadonlyMap<string, Float32Array>> {
  const weights = openWeights(folder);
  const { tree } = await openCheckpoint(folder);
  const all = new Map<string, Float32Array>();
  for (const tensor of tree.tensors) all.set(tensor.name, sourceFloats(tensor.dtype, await weights.readTensor(tensor)));
  return all;
}

describe('a GGUF model is written as safetensors', () => {
  test.each(['llama', 'gpt2', 'gpt-neox', 'mixtral', 'gemma2'])('%s: kept as it is', async (name) => {
    const { request, output, folder } = await prepare({ 'model.gguf': gguf(`models/${name}`) }, KEEP);
    await finish(request);
    const written = committedFolder(output);
    expect(await valuesIn(written)).toEqual(await valuesIn(folder));
    const { config, tree } = await openCheckpoint(written);
    expect(modelGraph(config, tree.byName)).toEqual(modelGraph(request.checkpoint.config, request.plan.tree.byName));
  });

  test('blocks become the values they stand for', async () => {
    const { request, output, folder } = await prepare(
      { 'model.gguf': gguf('models/llama-q8') },
      'version: 1\ndefault: fp32\n',
    );
    const report = await finish(request);
    expect(report.loader.kind).toBe('plain');
    expect(await valuesIn(committedFolder(output))).toEqual(await valuesIn(folder));
  });

  test('by rules with the names of the Hugging Face checkpoint', async () => {
    const { request, output } = await prepare(
      { 'model.gguf': gguf('models/llama-q8') },
      'version: 1\ndefault: bf16\nrules:\n  - { match: "model.layers.*.self_attn.[qk]_proj.weight", dtype: int8 }\n',
    );
    expect(request.plan.findings.map(({ code, severity }) => [code, severity])).toContainEqual([
      'requantize',
      'warning',
    ]);
    const report = await finish(request);
    expect(report.loader.kind).toBe('compressed-tensors');
    const { tree } = await openCheckpoint(committedFolder(output));
    expect(tree.byName.get('model.layers.0.self_attn.q_proj.weight')?.dtype).toBe('I8');
  });

  test('three files become three, with an index', async () => {
    const part = (at: number) => `split-0000${at}-of-00003.gguf`;
    const files = Object.fromEntries([1, 2, 3].map((at) => [part(at), gguf(`files/${part(at).slice(0, -5)}`)]));
    const { request, output } = await prepare(files, KEEP);
    await finish(request);
    const { files: written, index } = await openCheckpoint(committedFolder(output));
    expect(index).toBe('model.safetensors.index.json');
    expect(written.map(({ file }) => file)).toEqual([1, 2, 3].map((at) => `model-0000${at}-of-00003.safetensors`));
  });

  test('with its tokenizer, which gives the same tokens', async () => {
    const { request, output, folder } = await prepare({ 'model.gguf': gguf('tokenizers/llama-spm') }, KEEP);
    await finish(request);
    const written = committedFolder(output);
    const text = 'Le cœur a ses raisons; 日本語 👋';
    const ids = (await openTokenizer(written, { files: [] }))(text);
    expect(ids).toEqual((await openTokenizer(folder, request.checkpoint))(text));
    expect(ids.length).toBeGreaterThan(8);
  });

  test('with licences beside it, but nothing else of a folder that may hold several models', async () => {
    const files = { 'LICENSE.txt': 'free', 'notes.md': 'of another model', 'tokenizer.json': '{}' };
    const { request, output } = await prepare({ 'model.gguf': gguf('models/llama'), ...files }, KEEP);
    const report = await finish(request);
    expect([...output.files.keys()].sort()).toEqual([
      'LICENSE.txt',
      'config.json',
      'downcast.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(report.loader.note).toBe('plain safetensors: every loader reads it');
  });
});

describe('what can not be written says why, and writes nothing', () => {
  test('blocks that are kept', async () => {
    const { request, output } = await prepare({ 'model.gguf': gguf('models/llama-q8') }, KEEP);
    await expect(finish(request)).rejects.toThrow(
      `lm_head.weight and 8 more: stored in blocks of Q8_0, which safetensors files can't hold, and the policy keeps them so; say what they become, for instance "default: bf16"`,
    );
    expect(output.files.size).toBe(0);
  });

  test('an architecture without names', async () => {
    const { request, output } = await prepare(
      { 'model.gguf': gguf('files/everything') },
      'version: 1\ndefault: bf16\n',
    );
    await expect(finish(request)).rejects.toThrow(
      'the architecture unheard-of is not known here, so its tensors would have names that no loader of safetensors looks for',
    );
    expect(output.files.size).toBe(0);
  });
});
