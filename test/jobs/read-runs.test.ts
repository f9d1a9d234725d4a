import { expect, test } from 'vitest';
import { readRuns, sampleRuns } from '../../extension/jobs/read-runs';
import type { CastSource } from '../../extension/jobs/cast-tensor';
import type { TensorInfo } from '../../extension/core/checkpoint/tensor';

test.each([
  [{ rows: 1000, columns: 10 }, 500],
  [{ rows: 7, columns: 10 }, 30],
  [{ rows: 17, columns: 1 }, 16],
  [{ rows: 5, columns: 4096 }, 100],
])('a sample of %o is within it, in order, apart, and about %i elements large', (matrix, elements) => {
  const runs = sampleRuns(matrix, elements);
  let end = 0;
  for (const { firstRow, rows } of runs) {
    expect(firstRow).toBeGreaterThanOrEqual(end);
    end = firstRow + rows;
  }
  expect(end).toBe(matrix.rows === 5 ? 1 : matrix.rows);
  const sampled = runs.reduce((sum, { rows }) => sum + rows * matrix.columns, 0);
  expect(sampled).toBe(Math.max(1, Math.floor(elements / matrix.columns)) * matrix.columns);
});

test('a small matrix is taken whole, an empty one not at all', () => {
  expect(sampleRuns({ rows: 3, columns: 4 }, 100)).toEqual([{ firstRow: 0, rows: 3 }]);
  expect(sampleRuns({ rows: 0, columns: 4 }, 100)).toEqual([]);
  expect(sampleRuns({ rows: 4, columns: 0 }, 100)).toEqual([]);
});

test('the bytes of the runs come one after another', async () => {
  const stored = Uint8Array.from({ length: 40 }, (_, at) => at);
  const tensor: TensorInfo = { name: 'w', dtype: 'BF16', shape: [10, 2], file: 'f', offset: 0, bytes: 40 };
  const read: CastSource['read'] = (_, offset, length) => Promise.resolve(stored.slice(offset, offset + length));
  const runs = [
    { firstRow: 1, rows: 1 },
    { firstRow: 8, rows: 2 },
  ];
  const bytes = await readRuns({ read } as CastSource, tensor, { rows: 10, columns: 2 }, runs);
  expect([...bytes]).toEqual([4, 5, 6, 7, 32, 33, 34, 35, 36, 37, 38, 39]);
});
