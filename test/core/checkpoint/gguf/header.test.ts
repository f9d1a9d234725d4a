import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readGgufHeader } from '../../../../extension/core/checkpoint/gguf/header';
import { openCheckpoint } from '../../../../extension/core/checkpoint/open';
import { buildGguf, f32, list, text, u32, u64, type GgufContent } from '../../../fixtures/gguf';
import { memoryFolder, memorySource } from '../../../fixtures/memory-folder';

const FOLDER = fileURLToPath(new URL('../../../oracles/golden/gguf/files/', import.meta.url));
const file = (name: string) => new Uint8Array(readFileSync(FOLDER + name));

interface GoldenTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What oracles/gguf/files.py read back with the Python package. */
const golden = JSON.parse(readFileSync(`${FOLDER}files.json`, 'utf8')) as Record<
  string,
  { readonly metadata: Readonly<Record<string, unknown>>; readonly tensors: readonly GoldenTensor[] }
>;

describe('a file with every type of value and of tensor', () => {
  const bytes = file('everything.gguf');
  const expected = golden['everything.gguf']!;

  test.each([2, 3])('is read as the Python package reads it, in version %i', async (version) => {
    const ofVersion = new Uint8Array(bytes);
    ofVersion[4] = version;
    const header = await readGgufHeader(memorySource('everything.gguf', ofVersion), { wants: () => true });
    expect(header.version).toBe(version);
    expect(header.trailing).toBe(0);
    const tensors = header.tensors.map(({ name, dtype, shape, offset, bytes: size }) => {
      const sha256 = createHash('sha256')
        .update(bytes.subarray(offset, offset + size))
        .digest('hex');
      return { name, dtype, shape, offset, bytes: size, sha256 };
    });
    expect(tensors).toEqual(expected.tensors);
    const metadata = [...header.metadata].map(([key, value]) => [
      key,
      typeof value === 'object' ? value.items : typeof value === 'bigint' ? String(value) : value,
    ]);
    expect(Object.fromEntries(metadata)).toEqual(expected.metadata);
  });

  test('long lists are passed over unless they are wanted', async () => {
    const { metadata } = await readGgufHeader(memorySource('everything.gguf', bytes));
    expect(metadata.get('list.long')).toEqual({ length: 2000 });
    expect(metadata.get('list.int32')).toEqual({ length: 3, items: [1, -2, 3] });
  });
});

describe('a model in three files', () => {
  const names = [1, 2, 3].map((part) => `split-0000${part}-of-00003.gguf`);
  const files = Object.fromEntries(names.map((name) => [name, file(name)]));

  test.each(['split-00001-of-00003.gguf', 'split-00002-of-00003.gguf', undefined])(
    'is opened by %s',
    async (chosen) => {
      const { tree, files: opened } = await openCheckpoint(memoryFolder(files), chosen);
      expect(opened.map((each) => each.file)).toEqual(names);
      const expected = names.flatMap((name) =>
        golden[name]!.tensors.map((tensor) => [tensor.name, name, tensor.offset]),
      );
      expect(tree.tensors.map(({ origin, file: of, offset }) => [origin?.name, of, offset])).toEqual(expected);
    },
  );

  test('that is not all there says which is missing', async () => {
    const others = Object.fromEntries(Object.entries(files).filter(([name]) => name !== names[1]));
    await expect(openCheckpoint(memoryFolder(others))).rejects.toThrow(
      'memory: split-00001-of-00003.gguf is one of 3 parts; split-00002-of-00003.gguf not found in the folder; fetch what is missing',
    );
  });

  test('whose files were swapped is refused', async () => {
    const swapped = { ...files, [names[1]!]: files[names[2]!]!, [names[2]!]: files[names[1]!]! };
    await expect(openCheckpoint(memoryFolder(swapped))).rejects.toThrow(
      'split-00002-of-00003.gguf: says that it is part 2 counted from 0, expected 1; fetch or split the model again',
    );
  });
});

test('a big-endian file is refused as such', async () => {
  await expect(readGgufHeader(memorySource('model.gguf', file('big-endian.gguf')))).rejects.toThrow(
    'model.gguf: is big-endian, expected little-endian; convert it again on a little-endian machine, or with gguf_convert_endian.py of llama.cpp',
  );
});

const vector = { name: 'a', type: 0, dimensions: [8], offset: 0 };
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;

describe('damage is refused, naming the place', () => {
  const cases: readonly (readonly [string, GgufContent | Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(0), 'holds 0 bytes, a GGUF file at least 24; it is cut short, fetch it again'],
    ['another file', { magic: 'GGML' }, 'expected "GGUF" as the first four bytes; it is damaged, or no GGUF file'],
    [
      'a pointer',
      new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'),
      'expected "GGUF" as the first four bytes; this is a Git LFS pointer, not the file itself; run "git lfs pull"',
    ],
    ['version 1', { version: 1 }, 'GGUF version 1, expected 2 or 3; convert the model again'],
    ['version 9', { version: 9 }, 'GGUF version 9, expected 2 or 3; it is damaged, or newer than this reader'],
    [
      '2^63 tensors',
      { tensorCount: 1n << 63n },
      'the number of tensors claims 9223372036854775808, expected less than 2^53; the file is damaged',
    ],
    [
      'a billion tensors',
      { tensorCount: 1_000_000_000n },
      "claims 1000000000 tensors, which the 0 bytes from 24 on can't hold; the file is damaged or cut short, fetch it again",
    ],
    [
      'a billion entries',
      { entryCount: 1_000_000_000n },
      "claims 1000000000 metadata entries, which the 0 bytes from 24 on can't hold; the file is damaged or cut short, fetch it again",
    ],
    [
      'a key that is too long',
      { entries: [['k'.repeat(70_000), 0, u32(0)]] },
      'the key of metadata entry 0 claims 70000 bytes, expected at most 65535; the file is damaged',
    ],
    [
      'a string past the end',
      { entries: [['k', STRING, u64(1 << 30)]] },
      'metadata "k" takes 1073741824 bytes from 45 on, the file has 0 left; the file is damaged or cut short, fetch it again',
    ],
    [
      'an array past the end',
      { entries: [['k', ARRAY, new Uint8Array([...u32(10), ...u64(1 << 30)])]] },
      'claims 1073741824 items of metadata "k", which the 0 bytes from 49 on can\'t hold; the file is damaged or cut short, fetch it again',
    ],
    [
      'a value of no type',
      { entries: [['k', 13, u64(0)]] },
      'metadata "k" has the type 13, expected 0 to 12; the file is damaged, or of a newer version',
    ],
    ['a bool of 2', { entries: [['k', BOOL, new Uint8Array([2])]] }, 'metadata "k" is a bool of 2, expected 0 or 1'],
    [
      'arrays in arrays',
      { entries: [['k', ARRAY, list(ARRAY, [list(ARRAY, [list(ARRAY, [list(0, [])])])])]] },
      'metadata "k" holds arrays more than 3 deep',
    ],
    [
      'a key twice',
      {
        entries: [
          ['k', 0, new Uint8Array(1)],
          ['k', 0, new Uint8Array(1)],
        ],
      },
      'metadata "k" is there twice',
    ],
    [
      'an alignment of 3',
      { entries: [['general.alignment', 4, u32(3)]] },
      'general.alignment is "3", expected a power of two',
    ],
    [
      'an alignment of 0',
      { entries: [['general.alignment', 4, u32(0)]] },
      'general.alignment is "0", expected a power of two',
    ],
    [
      'an alignment of text',
      { entries: [['general.alignment', STRING, text('32')]] },
      'general.alignment is "32", expected a power of two',
    ],
    [
      'five dimensions',
      { tensors: [{ ...vector, dimensions: [1, 1, 1, 1, 1] }], data: 32 },
      'tensor "a" has 5 dimensions, expected 4 at most',
    ],
    [
      'dimensions that overflow',
      { tensors: [{ ...vector, dimensions: [1n << 40n, 1n << 40n] }], data: 32 },
      'tensor "a" has the shape [1099511627776, 1099511627776], too large for any file',
    ],
    [
      'a type that is not known',
      { tensors: [{ ...vector, type: 77 }], data: 32 },
      'tensor "a" has the type 77; expected one of F32, F16,',
    ],
    [
      'a type that ggml dropped',
      { tensors: [{ ...vector, type: 31 }], data: 32 },
      'tensor "a" has the type Q4_0_4_4, which ggml reads no more; expected one of F32,',
    ],
    [
      'a row of half a block',
      { tensors: [{ ...vector, type: 2, dimensions: [48] }], data: 32 },
      'tensor "a" has rows of 48 elements, expected a multiple of 32, a block of Q4_0',
    ],
    ['a tensor twice', { tensors: [vector, { ...vector, offset: 32 }], data: 64 }, 'tensor "a" is there twice'],
    [
      'tensors over each other',
      { tensors: [vector, { ...vector, name: 'b' }], data: 64 },
      'tensor "b" begins at 0 of the weights, inside the tensor before it, expected 32',
    ],
    [
      'a hole',
      { tensors: [vector, { ...vector, name: 'b', offset: 64 }], data: 96 },
      'tensor "b" begins at 64 of the weights, behind a hole, expected 32',
    ],
    [
      'an offset off the alignment',
      { tensors: [{ ...vector, offset: 4 }], data: 64 },
      'tensor "a" begins at 4 of the weights, behind a hole, expected 0',
    ],
    [
      'weights past the end',
      { tensors: [{ ...vector, dimensions: [16] }], data: 32 },
      'tensor "a" takes 64 bytes from 64 on, the file holds 96; it is cut short, fetch it again',
    ],
  ];

  test.each(cases)('%s', async (_, content, message) => {
    const bytes = content instanceof Uint8Array ? content : buildGguf(content);
    await expect(readGgufHeader(memorySource('model.gguf', bytes))).rejects.toMatchObject({
      name: 'CheckpointError',
      message: expect.stringContaining(`model.gguf: ${message}`) as string,
    });
  });

  test('a name that is no UTF-8', async () => {
    const bytes = buildGguf({ entries: [['kk', 0, new Uint8Array(1)]] });
    bytes[32] = 0xff;
    await expect(readGgufHeader(memorySource('model.gguf', bytes))).rejects.toThrow(
      'model.gguf: the key of metadata entry 0 is not UTF-8; the file is damaged',
    );
  });
});

test('figures that are no numbers are no reason not to open a file', async () => {
  const entries = [
    ['general.architecture', STRING, text('llama')],
    ['llama.block_count', STRING, text('many')],
    ['llama.rope.freq_base', 6, f32(NaN)],
  ] as const;
  const folder = memoryFolder({ 'model.gguf': buildGguf({ entries, tensors: [vector], data: 32 }) });
  await expect(openCheckpoint(folder)).resolves.toMatchObject({ tree: { layerCount: 0 } });
});
