import { expect, test } from 'vitest';
import { batchSizes, evenShares } from '../../extension/jobs/batches';

test.each([
  [32, 8, 2, [2, 8, 8, 8, 6]],
  [32, 64, 4, [16, 16]],
  [3, 8, 4, [3]],
  [5, 4, 4, [4, 1]],
  [1, 1, 1, [1]],
])('%i windows, %i at a time, %i workers: a small batch first', (windows, atOnce, workers, sizes) => {
  expect(batchSizes(windows, atOnce, workers)).toEqual(sizes);
});

test('shares keep the order and differ by one at most', () => {
  expect(evenShares([1, 2, 3, 4, 5], 3)).toEqual([[1], [2, 3], [4, 5]]);
  expect(evenShares([1], 2)).toEqual([[], [1]]);
});
