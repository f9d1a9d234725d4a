import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { ByteSource } from '../../../extension/core/checkpoint/byte-source';
import { readSampleSet } from '../../../extension/core/evaluate/sample-set';

/** test/oracles/evaluate/parquet.py */
const FOLDER = path.join(import.meta.dirname, '../../fixtures/samples');
const CONTENT = [
  'First document.\nWith two lines.',
  '',
  'Zweites Dokument: äöü, 漢字, 🙂.',
  'the same words '.repeat(40),
].join('\n\n');

function sourceOf(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => {
      if (offset < 0 || offset + length > bytes.length) return Promise.reject(new RangeError('outside'));
      return Promise.resolve(Uint8Array.from(bytes.subarray(offset, offset + length)));
    },
    close: () => Promise.resolve(),
  };
}

const textSource = (name: string, text: string): ByteSource => sourceOf(name, new TextEncoder().encode(text));
const fileSource = (name: string): ByteSource => sourceOf(name, readFileSync(path.join(FOLDER, name)));

describe('a sample set in parquet', () => {
  const codecs = readdirSync(FOLDER).filter((name) => /^[a-z0-9]+\.parquet$/.test(name));

  it.each(codecs)('is read from %s', async (name) => {
    expect(await readSampleSet(fileSource(name), 'set')).toEqual({ name: 'set', content: CONTENT });
  });

  it('comes in six codecs', () => {
    expect(codecs).toHaveLength(6);
  });

  it('needs a column "text"', async () => {
    await expect(readSampleSet(fileSource('no-text-column.parquet'), 's')).rejects.toThrow(
      'no-text-column.parquet: has no column "text"; its columns are id, content',
    );
  });

  it('is refused when it is damaged', async () => {
    const bytes = readFileSync(path.join(FOLDER, 'zstd.parquet'));
    for (const cut of [0, 3, 40, bytes.length - 1]) {
      await expect(readSampleSet(sourceOf('cut.parquet', bytes.subarray(0, cut)), 's')).rejects.toThrow(
        /^cut\.parquet: /,
      );
    }
  });
});

test('JSON Lines are joined by empty lines', async () => {
  expect((await readSampleSet(fileSource('documents.jsonl'), 'set')).content).toBe(CONTENT);
});

test.each([
  ['{"text": "a"}\n{"txt": "b"}\n', 'bad.jsonl:2: has no "text" field'],
  ['{"text": "a"}\n\n{"text": ', 'bad.jsonl:3: is no JSON'],
  ['{"text": 7}', 'bad.jsonl:1: has no "text" field with a string'],
])('a broken line is named: %j', async (text, message) => {
  await expect(readSampleSet(textSource('bad.jsonl', text), 's')).rejects.toThrow(message);
});

test('plain text is taken as it is, and must be UTF-8', async () => {
  expect((await readSampleSet(textSource('a.txt', 'äb\r\nc'), 's')).content).toBe('äb\r\nc');
  await expect(readSampleSet(sourceOf('a.txt', Uint8Array.of(0xff, 0xfe, 0x41)), 's')).rejects.toThrow(
    'a.txt: is not text in UTF-8',
  );
});
