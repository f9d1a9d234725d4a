import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDiskBaseCache } from '../../extension/files/disk-base-cache';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'downcast-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const filled = (length: number, value: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);
const file = (key: string): string => path.join(folder, 'base', `${key}.base`);
const DIGEST = 32;

test('what was put is got, also by another process later', async () => {
  await createDiskBaseCache(path.join(folder, 'base')).put('a', filled(10, 7));
  const cache = createDiskBaseCache(path.join(folder, 'base'));
  expect(await cache.has('a')).toBe(true);
  const got = await cache.get('a');
  expect(got).toEqual(filled(10, 7));
  // Read as floats, it must begin at the start of its buffer.
  expect([got!.byteOffset, got!.buffer.byteLength]).toEqual([0, 10]);
  expect([await cache.has('b'), await cache.get('b')]).toEqual([false, undefined]);
});

test.each([
  ['a flipped bit', (stored: Buffer) => Buffer.concat([stored.subarray(0, -1), Buffer.of(stored.at(-1)! ^ 1)])],
  ['a cut end', (stored: Buffer) => stored.subarray(0, -3)],
  ['nothing', () => Buffer.alloc(0)],
  ['something else', () => Buffer.from('not an entry, but longer than a digest is')],
])('an entry damaged by %s is no entry, and is taken away', async (_, damage) => {
  const cache = createDiskBaseCache(path.join(folder, 'base'));
  await cache.put('a', filled(10, 7));
  writeFileSync(file('a'), damage(readFileSync(file('a'))));
  expect(await cache.get('a')).toBeUndefined();
  expect(existsSync(file('a'))).toBe(false);
});

test('beyond its limit the entries unused for the longest time go, and what was left unfinished a day ago', async () => {
  const limit = 3 * (100 + DIGEST) + 10;
  const cache = createDiskBaseCache(path.join(folder, 'base'), limit);
  for (const [at, key] of ['a', 'b', 'c'].entries()) {
    await cache.put(key, filled(100, at));
    utimesSync(file(key), 1000 + at, 1000 + at);
  }
  writeFileSync(path.join(folder, 'base', 'x.part'), 'half');
  utimesSync(path.join(folder, 'base', 'x.part'), 1000, 1000);
  writeFileSync(path.join(folder, 'base', 'notes.txt'), 'of somebody else');
  await cache.get('a');
  await cache.put('d', filled(100, 3));
  expect(readdirSync(path.join(folder, 'base')).sort()).toEqual(['a.base', 'd.base', 'notes.txt']);
});

test('a folder that can not be written to keeps nothing and stops nobody', async () => {
  writeFileSync(path.join(folder, 'base'), 'a file where the folder should be');
  const cache = createDiskBaseCache(path.join(folder, 'base'));
  await cache.put('a', filled(10, 7));
  expect([await cache.has('a'), await cache.get('a')]).toEqual([false, undefined]);
});
