import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createTokenizer, openTokenizer } from '../../../extension/core/evaluate/tokenize';
import { memoryFolder } from '../../fixtures/memory-folder';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');

/** What oracles/model/tokenizer.py writes: the ids that the Python library gives. */
interface GoldenTokens {
  readonly odd: readonly { readonly text: string; readonly ids: readonly number[] }[];
  readonly validation: { readonly count: number; readonly sha256: string };
}

const golden = JSON.parse(read('test/oracles/golden/model/tokens.json')) as Record<
  'sample' | 'metaspace',
  GoldenTokens
>;
const FILES = {
  sample: 'samples/tiny-sotu/tokenizer.json',
  metaspace: 'test/oracles/golden/model/metaspace-tokenizer.json',
};

describe.each(['sample', 'metaspace'] as const)('the %s tokenizer', (name) => {
  const tokenize = createTokenizer(read(FILES[name]), '{}');

  test.each(golden[name].odd)('gives what Python gives: $text', ({ text, ids }) => {
    expect(tokenize(text)).toEqual(ids);
  });

  test('gives what Python gives for 120 kB of English', () => {
    const ids = Int32Array.from(tokenize(read('samples/text/validation.txt')));
    expect(ids.length).toBe(golden[name].validation.count);
    expect(createHash('sha256').update(ids).digest('hex')).toBe(golden[name].validation.sha256);
  });
});

/** What oracles/gguf/tokenizers.py writes: each has one word of tokenizer.json that the library reads in its own way. */
const multilingual = JSON.parse(read('test/oracles/golden/gguf/tokenizers/tokens.json')) as {
  readonly text: string;
  readonly files: Readonly<Record<string, { readonly ids: readonly number[] }>>;
};

test.each(Object.entries(multilingual.files))(
  '%s: gives what Python gives for a text in many scripts',
  (name, { ids }) => {
    const tokenize = createTokenizer(read(`test/oracles/golden/gguf/tokenizers/${name}.json`), '{}');
    expect(tokenize(multilingual.text)).toEqual(ids);
  },
);

describe('the beginning-of-sequence token', () => {
  const json = read(FILES.sample);
  const without = JSON.stringify({ ...(JSON.parse(json) as object), post_processor: null });
  const config = (add: boolean | undefined): string => JSON.stringify({ bos_token: '<s>', add_bos_token: add });

  test('is put by the post-processor unless the config forbids it', () => {
    const plain = createTokenizer(without, config(undefined))('the Union');
    expect(createTokenizer(json, config(undefined))('the Union')).toEqual([0, ...plain]);
    expect(createTokenizer(json, config(true))('the Union')).toEqual([0, ...plain]);
    expect(createTokenizer(json, config(false))('the Union')).toEqual(plain);
    expect(createTokenizer(without, config(true))('the Union')).toEqual([0, ...plain]);
    expect(createTokenizer(without, config(false))('the Union')).toEqual(plain);
  });

  test('stays when the text itself begins with it', () => {
    expect(createTokenizer(json, config(false))('<s>the')[0]).toBe(0);
  });

  test('may be written as an object', () => {
    const config = JSON.stringify({ bos_token: { content: '<s>', special: true }, add_bos_token: true });
    expect(createTokenizer(without, config)('x')[0]).toBe(0);
  });
});

test('a folder without tokenizer.json says what is missing', async () => {
  await expect(openTokenizer(memoryFolder({ 'config.json': '{}' }, 'model'), { files: [] })).rejects.toThrow(
    'model: no tokenizer.json, which is needed to evaluate; download it into this folder',
  );
});

test('a tokenizer that is none is refused with its name', async () => {
  await expect(openTokenizer(memoryFolder({ 'tokenizer.json': '{}' }, 'model'), { files: [] })).rejects.toThrow(
    /^model\/tokenizer\.json: can't be used: /,
  );
});

describe('a GGUF model', () => {
  const model = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../../oracles/golden/gguf/${name}.gguf`, import.meta.url)));
  const opened = { container: 'gguf', files: [{ file: 'model.gguf', size: 0, metadata: new Map() }] } as const;

  test('brings its tokenizer, whatever lies beside it', async () => {
    const folder = memoryFolder({ 'model.gguf': model('tokenizers/byte-level'), 'tokenizer.json': '{}' }, 'model');
    const tokenize = await openTokenizer(folder, opened);
    expect(tokenize('<|im_start|>')).toEqual([1]);
  });

  test('without one is helped out by a tokenizer.json', async () => {
    const folder = memoryFolder({ 'model.gguf': model('files/everything'), 'tokenizer.json': read(FILES.sample) });
    const { text, ids } = golden.sample.odd.find(({ text: each }) => each.includes('Привет'))!;
    expect((await openTokenizer(folder, opened))(text)).toEqual(ids);
  });

  test('without either says what is missing', async () => {
    const folder = memoryFolder({ 'model.gguf': model('files/everything') }, 'model');
    await expect(openTokenizer(folder, opened)).rejects.toThrow(
      "model/model.gguf: its tokenizer can't be used: the file holds no tokenizer: metadata tokenizer.ggml.model and tokenizer.ggml.tokens are missing; put the model's tokenizer.json beside it to evaluate",
    );
  });
});
