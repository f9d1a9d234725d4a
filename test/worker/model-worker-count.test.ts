import { expect, test } from 'vitest';
import { modelWorkerCount } from '../../extension/worker/model-worker-count';

test.each([
  ['as many as asked where there is memory for all', 4, 1e9, 8e9, 4],
  ['fewer where there is not', 16, 3e9, 10e9, 3],
  ['one at least', 8, 5e9, 1e9, 1],
  ['as many as asked where the memory is not known', 8, 5e9, undefined, 8],
])('%s', (_, asked, bytes, machine, wanted) => {
  expect(modelWorkerCount(asked, bytes, machine)).toBe(wanted);
});
