import { describe, expect, test } from 'vitest';
import {
  encodeSafetensorsHeader,
  readSafetensorsHeader,
  type HeaderEntry,
} from '../../../extension/core/checkpoint/safetensors-header';
import type { ByteSource } from '../../../extension/core/checkpoint/byte-source';
import { buildSafetensors, fileOf, memorySource } from '../../fixtures/memory-folder';

const NO_METADATA = new Map<string, string>();

test('a header gives name, dtype, shape and place of every tensor, in the order of the bytes', async () => {
  const file = buildSafetensors(
    {
      'b.weight': { dtype: 'BF16', shape: [2, 3] },
      'a.bias': { dtype: 'F32', shape: [] },
    },
    { format: 'pt' },
  );
  const start = file.length - 16;
  const header = await readSafetensorsHeader(
    memorySource('/models/x/model.safetensors', file),
    undefined,
    'x.safetensors',
  );
  expect(header.metadata).toEqual(new Map([['format', 'pt']]));
  expect(header.tensors).toEqual([
    { name: 'b.weight', dtype: 'BF16', shape: [2, 3], file: 'x.safetensors', offset: start, bytes: 12 },
    { name: 'a.bias', dtype: 'F32', shape: [], file: 'x.safetensors', offset: start + 12, bytes: 4 },
  ]);
});

test('only the length and the header are read, never a weight', async () => {
  const file = buildSafetensors({ a: { dtype: 'F32', shape: [1000] } });
  const reads: [number, number][] = [];
  const source: ByteSource = {
    ...memorySource('m.safetensors', file),
    read: (offset, length) => {
      reads.push([offset, length]);
      return memorySource('m.safetensors', file).read(offset, length);
    },
  };
  await readSafetensorsHeader(source);
  expect(reads).toEqual([
    [0, 8],
    [8, file.length - 4000 - 8],
  ]);
});

test('an aborted reading rejects', async () => {
  const source = memorySource('m.safetensors', buildSafetensors({}));
  await expect(readSafetensorsHeader(source, AbortSignal.abort())).rejects.toThrow(/abort/i);
});

describe('a message names the file and tensor, what was expected, and what to do', () => {
  const messageFor = async (bytes: Uint8Array): Promise<string> =>
    readSafetensorsHeader(memorySource('m.safetensors', bytes)).then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );
  const withEntry = (entry: string, data = 8): Uint8Array =>
    fileOf(`{"layer.weight":${entry}}`, [new Uint8Array(data)]);
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);

  test.each([
    [
      'a file cut short',
      withEntry('{"dtype":"F32","shape":[2],"data_offsets":[0,8]}', 7),
      'm.safetensors: its tensors end at byte 88, the file at 87; the file is damaged or cut short, fetch it again',
    ],
    [
      'a shape that does not fit',
      withEntry('{"dtype":"F32","shape":[3],"data_offsets":[0,8]}'),
      'm.safetensors: tensor "layer.weight" takes 8 bytes, but F32 [3] takes 12; the header is damaged, fetch the file again',
    ],
    [
      'a gap',
      withEntry('{"dtype":"F32","shape":[1],"data_offsets":[4,8]}'),
      'm.safetensors: tensor "layer.weight" takes bytes 4 to 8, expected to begin at 0, where the tensor before ends; the header is damaged, fetch the file again',
    ],
    [
      'a Git LFS pointer',
      text('version https://git-lfs.github.com/spec/v1\n'),
      'this is a Git LFS pointer, not the file itself; run "git lfs pull"',
    ],
    [
      'a zip file',
      text('PK\u0003\u0004\u0014\u0000\u0000\u0000\u0008'),
      'as PyTorch saves its pickles; convert it to safetensors',
    ],
    ['a web page', text('<html><body>Not found</body></html>'), 'this is a web page'],
  ])('%s', async (_, bytes, message) => {
    expect(await messageFor(bytes)).toContain(message);
  });
});

describe('writing', () => {
  const entries: readonly HeaderEntry[] = [
    { name: 'b', dtype: 'F32', shape: [2] },
    { name: 'a', dtype: 'BF16', shape: [3, 4] },
  ];

  test('tensors keep the order given; the weights begin at a multiple of 8', async () => {
    const header = encodeSafetensorsHeader(entries, new Map([['format', 'pt']]));
    expect(header.bytes.length % 8).toBe(0);
    expect(header.offsets).toEqual([header.bytes.length, header.bytes.length + 8]);
    expect(header.fileSize).toBe(header.bytes.length + 8 + 24);

    const file = new Uint8Array(header.fileSize);
    file.set(header.bytes);
    const read = await readSafetensorsHeader(memorySource('m.safetensors', file));
    expect(read.tensors.map(({ name, offset }) => [name, offset])).toEqual([
      ['b', header.offsets[0]],
      ['a', header.offsets[1]],
    ]);
    expect(read.metadata.get('format')).toBe('pt');
  });

  test('the same input gives the same bytes', () => {
    expect(encodeSafetensorsHeader(entries, NO_METADATA)).toEqual(encodeSafetensorsHeader(entries, NO_METADATA));
  });

  test('wider elements come first when one would lie unaligned, and offsets stay in the order of the entries', () => {
    const header = encodeSafetensorsHeader(
      [
        { name: 'codes', dtype: 'U8', shape: [3] },
        { name: 'scale', dtype: 'F32', shape: [2] },
        { name: 'zero', dtype: 'I16', shape: [1] },
      ],
      NO_METADATA,
    );
    expect(header.offsets.map((offset) => offset - header.bytes.length)).toEqual([10, 0, 8]);
  });

  test('a checkpoint without tensors', () => {
    const { bytes, fileSize } = encodeSafetensorsHeader([], NO_METADATA);
    expect([...bytes]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, 32, 32, 32, 32, 32, 32]);
    expect(fileSize).toBe(16);
  });

  test.each([
    ['a name given twice', [entries[0]!, entries[0]!], 'tensor "b" can\'t be written: the name is taken in its file'],
    ['the name of the metadata', [{ ...entries[0]!, name: '__metadata__' }], 'the name is taken'],
    ['half bytes', [{ name: 'x', dtype: 'F4', shape: [3] }], 'has 12 bits as F4 [3], expected whole bytes'],
    ['a shape beyond counting', [{ name: 'x', dtype: 'U8', shape: [2 ** 50, 2 ** 50] }], 'over 2^53 bits'],
  ] as const)('%s is refused', (_, bad, message) => {
    expect(() => encodeSafetensorsHeader(bad, NO_METADATA)).toThrow(message);
  });
});
