import { expect, test } from 'vitest';
import { inOrder } from '../../extension/jobs/pipeline';

const later = <T>(milliseconds: number, value: T): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));

function* tasks<T>(...all: (() => Promise<T>)[]): Generator<() => Promise<T>> {
  yield* all;
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const result of results) collected.push(result);
  return collected;
}

test('results come in the order of the tasks, however long each takes', async () => {
  const slowFirst = tasks(
    () => later(30, 'a'),
    () => later(1, 'b'),
    () => later(10, 'c'),
  );
  expect(await collect(inOrder(slowFirst, 3))).toEqual(['a', 'b', 'c']);
});

test('never more tasks under way than the width', async () => {
  let underWay = 0;
  let most = 0;
  const task = async (): Promise<void> => {
    most = Math.max(most, ++underWay);
    await later(2, undefined);
    underWay--;
  };
  await collect(inOrder(tasks(...Array.from({ length: 12 }, () => task)), 3));
  expect(most).toBe(3);
});

test('a failure is thrown and no further task is started', async () => {
  const started: string[] = [];
  const failing = tasks(
    () => (started.push('a'), Promise.resolve('a')),
    () => (started.push('b'), Promise.reject(new Error('b broke'))),
    () => (started.push('c'), later(1, 'c')),
    () => (started.push('d'), later(1, 'd')),
  );
  await expect(collect(inOrder(failing, 2))).rejects.toThrow('b broke');
  expect(started).not.toContain('d');
});
