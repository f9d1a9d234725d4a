import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseModelConfig } from '../../../../extension/core/checkpoint/config';
import { ggufNames } from '../../../../extension/core/checkpoint/gguf/names';
import { openCheckpoint } from '../../../../extension/core/checkpoint/open';
import { openWeights } from '../../../../extension/core/checkpoint/weights';
import { sourceFloats } from '../../../../extension/core/formats/floats/source-floats';
import { modelGraph } from '../../../../extension/core/model/architectures';
import { memoryFolder } from '../../../fixtures/memory-folder';

const FOLDER = fileURLToPath(new URL('../../../oracles/golden/gguf/models/', import.meta.url));

/** What oracles/gguf/convert.py writes beside the file that llama.cpp's converter made. */
interface Golden {
  readonly savedConfig: object;
  /** Of the Hugging Face checkpoint; digests are of float32 values. */
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly sha256: string }>>;
}

const MODELS = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.gguf') ? [file.slice(0, -5)] : []));

function read(name: string) {
  const folder = memoryFolder({ 'model.gguf': new Uint8Array(readFileSync(`${FOLDER}${name}.gguf`)) }, name);
  return { folder, golden: JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as Golden };
}

/** GGUF has figures as float32, and Mistral for a Llama. */
function graphText(graph: object): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value;
  return JSON.stringify(graph, rounded, 1).replace('"architecture": "mistral"', '"architecture": "llama"');
}

test('there is a model of every family that has names', () => {
  expect(MODELS.length).toBe(21);
});

describe.each(MODELS)('%s, as llama.cpp converted it', (name) => {
  test('has the names, shapes and values of the Hugging Face checkpoint', async () => {
    const { folder, golden } = read(name);
    const { tree, warnings, container } = await openCheckpoint(folder);
    const warned = name === 'gpt2-q8' ? [expect.stringContaining('lie transposed in blocks') as string] : [];
    expect({ warnings, container }).toEqual({ warnings: warned, container: 'gguf' });
    const weights = openWeights(folder);
    const found: Record<string, Golden['tensors'][string]> = {};
    for (const tensor of tree.tensors) {
      const values = sourceFloats(tensor.dtype, await weights.readTensor(tensor));
      found[tensor.name] = { shape: tensor.shape, sha256: createHash('sha256').update(values).digest('hex') };
    }
    expect(found).toEqual(golden.tensors);
  });

  test('may be read in pieces of any size', async () => {
    const { folder } = read(name);
    const { tree } = await openCheckpoint(folder);
    const weights = openWeights(folder);
    for (const tensor of tree.tensors) {
      const whole = await weights.readTensor(tensor);
      for (let at = 0; at < tensor.bytes; at += 37) {
        const length = Math.min(37, tensor.bytes - at);
        expect(await weights.read(tensor, at, length), tensor.name).toEqual(whole.slice(at, at + length));
      }
    }
  });

  test('is run as the Hugging Face checkpoint is', async () => {
    const { folder, golden } = read(name);
    const { config, tree } = await openCheckpoint(folder);
    const names = new Set(Object.keys(golden.tensors));
    expect(graphText(modelGraph(config, tree.byName))).toEqual(
      graphText(modelGraph(parseModelConfig(JSON.stringify(golden.savedConfig)), names)),
    );
  });

  test('has each name once, both ways', async () => {
    const { folder } = read(name);
    const { config, tree } = await openCheckpoint(folder);
    const names = ggufNames(config?.model_type)!;
    for (const tensor of tree.tensors) expect(names.toGguf(tensor.name)).toBe(tensor.origin?.name);
  });
});
