import { describe, expect, test } from 'vitest';
import type { CheckpointFolder } from '../../../extension/core/checkpoint/byte-source';
import type { Checkpoint } from '../../../extension/core/checkpoint/checkpoint';
import { CheckpointError } from '../../../extension/core/checkpoint/checkpoint-error';
import { openCheckpoint, readText } from '../../../extension/core/checkpoint/open';
import { FIRST, FOLDERS, SECOND } from '../../fixtures/checkpoints/sharded';
import { buildSafetensors, memoryFolder, type MemoryFiles } from '../../fixtures/memory-folder';

const weights = buildSafetensors({ 'model.layers.0.mlp.up_proj.weight': { dtype: 'BF16', shape: [4, 2] } });

const opening = (files: MemoryFiles, file?: string): Promise<Checkpoint> => openCheckpoint(memoryFolder(files), file);

test('a folder with one weight file and a config', async () => {
  const checkpoint = await opening({ 'model.safetensors': weights, 'config.json': '{"model_type":"llama"}' });
  expect(checkpoint.name).toBe('memory');
  expect(checkpoint.config?.model_type).toBe('llama');
  expect(checkpoint.files).toEqual([{ file: 'model.safetensors', size: weights.length, metadata: new Map() }]);
  expect(checkpoint.index).toBeUndefined();
  expect(checkpoint.tree.tensors[0]).toMatchObject({
    module: 'mlp.up_proj.weight',
    layer: 0,
    file: 'model.safetensors',
    bytes: 16,
  });
  expect(checkpoint.warnings).toEqual([]);
});

test('a folder whose only weight file has another name, and no config', async () => {
  const checkpoint = await opening({ 'adapter_model.safetensors': weights, 'README.md': '' });
  expect(checkpoint.files.map(({ file }) => file)).toEqual(['adapter_model.safetensors']);
  expect(checkpoint.config).toBeUndefined();
});

test('a file that the user named, among others', async () => {
  const checkpoint = await opening(
    { 'a.safetensors': weights, 'b.safetensors': buildSafetensors({}) },
    'b.safetensors',
  );
  expect(checkpoint.name).toBe('memory/b.safetensors');
  expect(checkpoint.tree.tensors).toEqual([]);
});

test('one shard that the user named says that it is not all', async () => {
  const checkpoint = await opening({ [FIRST]: weights, [SECOND]: weights }, FIRST);
  expect(checkpoint.warnings).toEqual([`${FIRST}: is one of 2 shards; the tensors of the others are not shown`]);
});

describe('shards and their index', () => {
  test.each(FOLDERS.map((folder) => [folder.about, folder] as const))('%s', async (_, { files, expected, warning }) => {
    const result = await opening(files).catch((error: unknown) => error);
    if (expected !== 'accepted') {
      expect(result).toBeInstanceOf(CheckpointError);
      expect((result as CheckpointError).code, (result as CheckpointError).message).toBe(expected);
      return;
    }
    if (result instanceof Error) throw result;
    const { warnings, index } = result as Checkpoint;
    expect(index).toBe('model.safetensors.index.json');
    if (warning) expect(warnings.join('\n')).toMatch(warning);
    else expect(warnings).toEqual([]);
  });

  test('tensors come shard by shard', async () => {
    const { tree, files } = await opening(FOLDERS[0]!.files);
    expect(files.map(({ file }) => file)).toEqual([FIRST, SECOND]);
    expect(tree.tensors.map(({ name, file }) => [name, file])).toEqual([
      ['a', FIRST],
      ['b', SECOND],
    ]);
  });

  test('eight headers are read at once, and every file is closed, whatever happens', async () => {
    const count = 30;
    const shard = (at: number): string => `s${String(at).padStart(2, '0')}.safetensors`;
    const numbers = Array.from({ length: count }, (_, at) => at);
    const inner = memoryFolder({
      ...Object.fromEntries(
        numbers.map((at) => [
          shard(at),
          at === 20 ? 'bad' : buildSafetensors({ [`t${at}`]: { dtype: 'U8', shape: [1] } }),
        ]),
      ),
      'model.safetensors.index.json': JSON.stringify({
        weight_map: Object.fromEntries(numbers.map((at) => [`t${at}`, shard(at)])),
      }),
    });
    let open = 0;
    let most = 0;
    const counted: CheckpointFolder = {
      ...inner,
      async open(file) {
        const source = await inner.open(file);
        most = Math.max(most, ++open);
        return {
          ...source,
          close: () => {
            open--;
            return source.close();
          },
        };
      },
    };
    await expect(openCheckpoint(counted)).rejects.toThrow('s20.safetensors: holds 3 bytes');
    expect(most).toBe(8);
    expect(open).toBe(0);
  });
});

describe('what is no checkpoint says what to do', () => {
  test.each<[string, MemoryFiles, string | undefined, string]>([
    [
      'an empty folder',
      {},
      undefined,
      "memory: expected model.safetensors, model.safetensors.index.json or a .gguf file, found none; is this the checkpoint's folder?",
    ],
    [
      'pickles',
      { 'pytorch_model.bin': '' },
      undefined,
      'memory/pytorch_model.bin: holds Python pickles (.bin, .pt, .pth), which can run code',
    ],
    ['a pickle that was named', { 'x.pt': '' }, 'x.pt', 'x.pt: holds Python pickles'],
    ['an index of pickles', {}, 'pytorch_model.bin.index.json', 'holds Python pickles'],
    [
      'GGUF',
      { 'model-q4.gguf': '' },
      undefined,
      'memory/model-q4.gguf: holds 0 bytes, a GGUF file at least 24; it is cut short, fetch it again',
    ],
    [
      'some other file',
      { 'notes.txt': '' },
      'notes.txt',
      'notes.txt: expected a folder, a .safetensors or .gguf file, or a .safetensors.index.json',
    ],
    [
      'shards without their index',
      { [FIRST]: weights, [SECOND]: weights },
      undefined,
      'these are shards, but model.safetensors.index.json, which says what is where, is missing',
    ],
    [
      'several files without an index',
      { 'a.safetensors': weights, 'b.safetensors': weights },
      undefined,
      'memory: found a.safetensors, b.safetensors; add model.safetensors.index.json, or name one of the files',
    ],
    [
      'a config that is cut short',
      { 'model.safetensors': weights, 'config.json': '{"hidden_size": 1' },
      undefined,
      'memory/config.json, byte 17: expected "," or "}", found the end',
    ],
  ])('%s', async (_, files, file, message) => {
    await expect(opening(files, file)).rejects.toThrow(message);
  });

  test('a file that is gone is named', async () => {
    await expect(opening({}, 'model.safetensors')).rejects.toThrow('model.safetensors');
  });
});

test('an aborted opening rejects', async () => {
  const folder = memoryFolder({ 'model.safetensors': weights });
  await expect(openCheckpoint(folder, undefined, AbortSignal.abort())).rejects.toThrow(/abort/i);
});

test('small texts are read whole, within a limit and as UTF-8', async () => {
  const folder = memoryFolder({ 'tokenizer.json': '{"é":1}', 'bad.json': new Uint8Array([0xff]) });
  expect(await readText(folder, 'tokenizer.json', 100)).toBe('{"é":1}');
  await expect(readText(folder, 'tokenizer.json', 7)).rejects.toThrow(
    'memory/tokenizer.json: holds 8 bytes, expected at most 7',
  );
  await expect(readText(folder, 'bad.json', 100)).rejects.toThrow('expected UTF-8');
});
