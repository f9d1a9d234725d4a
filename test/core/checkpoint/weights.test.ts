import { expect, test } from 'vitest';
import type { CheckpointFolder } from '../../../extension/core/checkpoint/byte-source';
import { openCheckpoint } from '../../../extension/core/checkpoint/open';
import { openWeights } from '../../../extension/core/checkpoint/weights';
import { buildSafetensors, memoryFolder } from '../../fixtures/memory-folder';

const folder = memoryFolder({
  'model.safetensors': buildSafetensors({
    first: { dtype: 'U8', shape: [5] },
    grid: { dtype: 'U8', shape: [2, 3, 4], data: Uint8Array.from({ length: 24 }, (_, at) => at) },
    nibbles: { dtype: 'F4', shape: [2, 3] },
    one: { dtype: 'F32', shape: [], data: [1] },
  }),
});

/** Counts the files that are open. */
function counted(inner: CheckpointFolder): CheckpointFolder & { readonly count: { opened: number; closed: number } } {
  const count = { opened: 0, closed: 0 };
  return {
    ...inner,
    count,
    async open(file) {
      const source = await inner.open(file);
      count.opened++;
      return {
        ...source,
        close: () => {
          count.closed++;
          return Promise.resolve();
        },
      };
    },
  };
}

test('ranges, rows and whole tensors', async () => {
  const { tree } = await openCheckpoint(folder);
  const grid = tree.byName.get('grid')!;
  const weights = openWeights(folder);
  expect([...(await weights.read(grid, 5, 3))]).toEqual([5, 6, 7]);
  // A row is a run along the last axis: [2, 3, 4] has six.
  expect([...(await weights.readRows(grid, 4, 2))]).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  expect((await weights.readTensor(grid)).length).toBe(24);
  expect((await weights.readRows(tree.byName.get('one')!, 0, 1)).length).toBe(4);
  await weights.close();
});

test('a range outside the tensor is refused, never read from its neighbour', async () => {
  const { tree } = await openCheckpoint(folder);
  const weights = openWeights(folder);
  const grid = tree.byName.get('grid')!;
  await expect(weights.read(grid, 20, 5)).rejects.toThrow('grid: bytes 20 to 25 were asked for, the tensor has 24');
  await expect(weights.read(grid, -1, 2)).rejects.toThrow('grid: bytes -1 to 1');
  await expect(weights.readRows(grid, 5, 2)).rejects.toThrow('the tensor has 24');
  await expect(weights.readRows(tree.byName.get('nibbles')!, 0, 1)).rejects.toThrow('does not take whole bytes');
  await weights.close();
});

test('a file is opened once, when it is first needed, and closed at the end', async () => {
  const files = counted(folder);
  const { tree } = await openCheckpoint(folder);
  const grid = tree.byName.get('grid')!;
  const weights = openWeights(files);
  expect(files.count.opened).toBe(0);
  await Promise.all([weights.read(grid, 0, 4), weights.read(grid, 4, 4), weights.readTensor(grid)]);
  expect(files.count.opened).toBe(1);
  await weights.close();
  await weights.close();
  expect(files.count.closed).toBe(1);
  await expect(weights.read(grid, 0, 4)).rejects.toThrow('grid: read after its checkpoint was closed');
});

test('a file that could not be opened is tried again', async () => {
  let broken = true;
  const flaky: CheckpointFolder = {
    ...folder,
    open: (file) => (broken ? Promise.reject(new Error('share is offline')) : folder.open(file)),
  };
  const { tree } = await openCheckpoint(folder);
  const weights = openWeights(flaky);
  await expect(weights.readTensor(tree.byName.get('grid')!)).rejects.toThrow('share is offline');
  broken = false;
  expect((await weights.readTensor(tree.byName.get('grid')!)).length).toBe(24);
  await weights.close();
});
