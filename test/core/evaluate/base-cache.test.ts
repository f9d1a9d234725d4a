import { expect, test } from 'vitest';
import { createMemoryBaseCache } from '../../../extension/core/evaluate/base-cache';

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);

test('what was put is got, as a copy', async () => {
  const cache = createMemoryBaseCache(100);
  const put = bytes(1, 2, 3);
  await cache.put('a', put);
  put[0] = 9;
  const got = await cache.get('a');
  expect(got).toEqual(bytes(1, 2, 3));
  got![1] = 9;
  expect(await cache.get('a')).toEqual(bytes(1, 2, 3));
  expect([await cache.has('a'), await cache.has('b'), await cache.get('b')]).toEqual([true, false, undefined]);
});

test('beyond its limit what was not used for the longest time goes', async () => {
  const cache = createMemoryBaseCache(8);
  await cache.put('a', bytes(1, 1, 1));
  await cache.put('b', bytes(2, 2, 2));
  await cache.get('a');
  await cache.put('c', bytes(3, 3, 3));
  expect([await cache.has('a'), await cache.has('b'), await cache.has('c')]).toEqual([true, false, true]);
  await cache.put('a', bytes(4));
  await cache.put('d', bytes(5, 5, 5, 5));
  expect([await cache.has('a'), await cache.has('c'), await cache.has('d')]).toEqual([true, true, true]);
});

test('what is larger than the limit is not kept, and nothing goes for it', async () => {
  const cache = createMemoryBaseCache(4);
  await cache.put('a', bytes(1));
  await cache.put('b', bytes(1, 2, 3, 4, 5));
  expect([await cache.has('a'), await cache.has('b')]).toEqual([true, false]);
});
