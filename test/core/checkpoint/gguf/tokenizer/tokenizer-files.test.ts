import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readGgufHeader } from '../../../../../extension/core/checkpoint/gguf/header';
import { tokenizerFiles } from '../../../../../extension/core/checkpoint/gguf/tokenizer/tokenizer-files';
import {
  VOCABULARY_LISTS,
  vocabularyOf,
  type Vocabulary,
} from '../../../../../extension/core/checkpoint/gguf/tokenizer/vocabulary';
import { createTokenizer } from '../../../../../extension/core/evaluate/tokenize';
import { memorySource } from '../../../../fixtures/memory-folder';

const FOLDER = fileURLToPath(new URL('../../../../oracles/golden/gguf/tokenizers/', import.meta.url));

/** What oracles/gguf/tokenizers.py writes. */
interface Golden {
  /** In many scripts, with special tokens spelled out. */
  readonly text: string;
  /** The same without those that SentencePiece does not look for. */
  readonly plain: string;
  readonly cases: Readonly<Record<string, { readonly bos: number | null; readonly ids: readonly number[] }>>;
}

const golden = JSON.parse(readFileSync(`${FOLDER}tokens.json`, 'utf8')) as Golden;

async function vocabularyIn(file: string): Promise<Vocabulary> {
  const source = memorySource(file, new Uint8Array(readFileSync(FOLDER + file)));
  return vocabularyOf((await readGgufHeader(source, { wants: (key) => VOCABULARY_LISTS.has(key) })).metadata);
}

function tokenize(vocabulary: Vocabulary, text: string): readonly number[] {
  const files = tokenizerFiles(vocabulary);
  return createTokenizer(JSON.stringify(files['tokenizer.json']), JSON.stringify(files['tokenizer_config.json']))(text);
}

function expected(name: string): readonly number[] {
  const { bos, ids } = golden.cases[name]!;
  return bos === null ? ids : [bos, ...ids];
}

const byteLevel = await vocabularyIn('byte-level.gguf');
const BYTE_LEVEL = Object.keys(golden.cases).filter((name) => !name.endsWith('spm'));

describe('byte-level BPE, token by token as the Hugging Face library does', () => {
  test('covers the families that are known', () => {
    expect(BYTE_LEVEL.length).toBe(12);
  });

  test.each(BYTE_LEVEL)('%s', (pre) => {
    expect(tokenize({ ...byteLevel, pre }, golden.text)).toEqual(expected(pre));
  });

  test('a file that names no pre-tokenizer has the default one, as in llama.cpp', () => {
    expect(tokenize({ ...byteLevel, pre: undefined }, golden.text)).toEqual(expected('default'));
  });

  test('the pre-tokenizers differ on the text', () => {
    expect(new Set(BYTE_LEVEL.map((pre) => expected(pre).join())).size).toBeGreaterThan(9);
  });
});

describe('SentencePiece BPE, token by token as SentencePiece does', () => {
  test('with a space before the text and the beginning-of-sequence token, as Llama', async () => {
    expect(tokenize(await vocabularyIn('llama-spm.gguf'), golden.plain)).toEqual(expected('llama-spm'));
  });

  test('with neither, and with symbols of its own, as Gemma', async () => {
    expect(tokenize(await vocabularyIn('gemma-spm.gguf'), golden.plain)).toEqual(expected('gemma-spm'));
  });

  test('finds special tokens that the text spells out', async () => {
    const vocabulary = await vocabularyIn('gemma-spm.gguf');
    expect(tokenize(vocabulary, '</s>')).toEqual([vocabulary.ids.eos]);
  });
});

describe('the beginning-of-sequence token', () => {
  const first = (addBos: boolean | undefined, pre: string): number | undefined =>
    tokenize({ ...byteLevel, pre, addBos }, 'the Union')[0];

  test('is put as the file says, else as the family does', () => {
    expect(first(undefined, 'llama-bpe')).toBe(byteLevel.ids.bos);
    expect(first(false, 'llama-bpe')).not.toBe(byteLevel.ids.bos);
    expect(first(undefined, 'gpt-2')).not.toBe(byteLevel.ids.bos);
    expect(first(true, 'gpt-2')).toBe(byteLevel.ids.bos);
  });

  test('is not put when the file has none', () => {
    const none = { ...byteLevel, addBos: true, ids: { ...byteLevel.ids, bos: undefined } };
    expect(tokenize(none, 'the Union')).toEqual(tokenize({ ...byteLevel, addBos: false }, 'the Union'));
  });
});

describe('what can not be used is refused by name', () => {
  test.each([
    ['an unknown pre-tokenizer', { pre: 'klingon' }, /^the pre-tokenizer "klingon" is not known; known are default,/],
    ['another algorithm', { model: 't5' }, /^tokenizers of the model "t5" are not implemented; gpt2 and llama are$/],
    ['SentencePiece without scores', { model: 'llama' }, /^metadata tokenizer\.ggml\.scores is missing/],
  ])('%s', (_, change, message) => {
    expect(() => tokenizerFiles({ ...byteLevel, ...change })).toThrow(message);
  });
});

test('a token named __proto__ is a token like others', () => {
  const tokens = [...byteLevel.tokens, '__proto__'];
  const types = [...byteLevel.types, 4];
  expect(tokenize({ ...byteLevel, tokens, types }, 'a__proto__')).toContain(tokens.length - 1);
});

test('tokenizer_config.json carries the special tokens and the chat template', () => {
  const { 'tokenizer_config.json': config } = tokenizerFiles({ ...byteLevel, chatTemplate: '{{ messages }}' });
  expect(config).toMatchObject({
    bos_token: '<|endoftext|>',
    eos_token: '<|im_end|>',
    chat_template: '{{ messages }}',
  });
});
