import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { elementCount } from '../../extension/core/checkpoint/storage-dtype';
import { DEEPSEEK_V3, deepSeekTensors, deepSeekV3Files } from './deepseek-v3';
import { GPT_OSS_120B, GPT_OSS_20B, gptOssTensors } from './gpt-oss';
import { LLAMA_3_70B, llamaTensors } from './llama';
import { MIXTRAL_8X7B, mixtralTensors, type MixtralConfig } from './mixtral';
import { shard, totalBytes, type ModelTensor } from './model-tensors';
import { QWEN2_0_5B, qwen2Tensors } from './qwen2';

interface Golden {
  readonly config: MixtralConfig;
  readonly bytes: number;
  readonly files: number;
  readonly tensors: number;
  readonly names: string;
  readonly shards: string;
  readonly shapes: string;
  readonly templates: Readonly<Record<string, number>>;
}

const ORACLES = path.join(import.meta.dirname, '../oracles');
const GOLDEN = JSON.parse(readFileSync(path.join(ORACLES, 'golden/model-trees.json'), 'utf8')) as Record<
  string,
  Golden
>;

const digest = (lines: readonly string[]): string =>
  createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex');
const templateOf = (name: string): string => name.replace(/(^|\.)\d+(?=\.|$)/g, '$1#');

function templatesOf(tensors: readonly ModelTensor[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of tensors) counts[templateOf(name)] = (counts[templateOf(name)] ?? 0) + 1;
  return counts;
}

const elementsOf = (tensors: readonly ModelTensor[]): number =>
  tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);

describe('generated trees against the index files of published checkpoints', () => {
  it.each([
    ['llama-3.1-70b-reflection', llamaTensors, 'F32', 2e9],
    ['devstral-small', llamaTensors, 'BF16', 5e9],
    ['mixtral-8x22b-wizardlm2', mixtralTensors, 'BF16', 5e9],
  ] as const)('%s has the names, bytes and files of its index', (model, generate, dtype, most) => {
    const golden = GOLDEN[model]!;
    const tensors = generate(golden.config).map((each) => ({ ...each, dtype }));
    expect(templatesOf(tensors)).toEqual(golden.templates);
    expect(tensors).toHaveLength(golden.tensors);
    expect(digest(tensors.map(({ name }) => name))).toBe(golden.names);
    expect(totalBytes(tensors)).toBe(golden.bytes);
    const placed = shard(tensors, most);
    expect(new Set(placed.map(({ file }) => file)).size).toBe(golden.files);
    expect(digest(placed.map(({ name, file }) => `${name} ${file}`))).toBe(golden.shards);
  });

  it('Qwen2-0.5B has the names and shapes that transformers gives it', () => {
    const golden = GOLDEN['qwen2-0.5b']!;
    const tensors = qwen2Tensors(QWEN2_0_5B);
    expect(digest(tensors.map(({ name }) => name))).toBe(golden.names);
    expect(digest(tensors.map(({ name, shape }) => `${name} ${shape.join('x')}`))).toBe(golden.shapes);
    expect(templatesOf(tensors)).toEqual(golden.templates);
  });

  it.each([
    ['Llama-3-70B', llamaTensors(LLAMA_3_70B), 723, 141_107_412_992],
    ['Mixtral-8x7B', mixtralTensors(MIXTRAL_8X7B), 995, 93_405_585_408],
    ['gpt-oss-20b', gptOssTensors(GPT_OSS_20B), 459, 13_761_264_768],
    ['gpt-oss-120b', gptOssTensors(GPT_OSS_120B), 687, 65_248_815_744],
  ] as const)('%s has the size that is published for it', (_, tensors, count, bytes) => {
    expect(tensors).toHaveLength(count);
    expect(totalBytes(tensors)).toBe(bytes);
  });
});

/** Tensors of the published listing of DeepSeek-V3.2, its indexer left out or alone. */
function listed(indexer: boolean): ReadonlyMap<string, string> {
  const rows = readFileSync(path.join(ORACLES, 'model-trees/deepseek-v3.2.tsv'), 'utf8').split('\n');
  const range = (text: string): readonly number[] => {
    const [from, to = from] = text.split('-').map(Number);
    return Array.from({ length: to! - from! + 1 }, (_, at) => from! + at);
  };
  const shapes = new Map<string, string>();
  for (const row of rows.filter((line) => line !== '' && !line.startsWith('#'))) {
    const [template, layers, experts, shape] = row.split('\t') as [string, string, string, string];
    if (template.includes('.indexer.') !== indexer) continue;
    const outer = layers === '-' ? [template] : range(layers).map((layer) => template.replace('#', String(layer)));
    for (const name of outer) {
      const inner = experts === '-' ? [name] : range(experts).map((expert) => name.replace('#', String(expert)));
      for (const each of inner) shapes.set(each, shape);
    }
  }
  return shapes;
}

describe('DeepSeek-V3', () => {
  const tensors = deepSeekTensors(DEEPSEEK_V3);

  it('has the names and shapes of the published listing', () => {
    const shapes = listed(false);
    expect(tensors).toHaveLength(91_991);
    expect(new Map(tensors.map(({ name, shape }) => [name, shape.join('x')]))).toEqual(shapes);
    const indexer = [...listed(true).values()].map((shape) => elementCount(shape.split('x').map(Number)));
    expect(tensors.length + indexer.length).toBe(92_425);
    expect(elementsOf(tensors) + indexer.reduce((sum, count) => sum + count, 0)).toBe(685_396_921_376);
  });

  it('is stored in 163 files', () => {
    const files = new Set(deepSeekV3Files().map(({ file }) => file));
    expect(files.size).toBe(163);
    expect([...files][0]).toBe('model-00001-of-000163.safetensors');
  });
});
