import { expect, test } from 'vitest';
import type { StorageDtype } from '../../extension/core/checkpoint/storage-dtype';
import { BLOCK_TYPES } from '../../extension/core/formats/ggml/blocks';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { castOf } from '../core/formats/casts';
import { randomBlocks } from '../core/formats/ggml/inputs';
import { castKernels } from './cast-module';

const wasm = castKernels();
const NO_RANGE = { min: 0, max: 0, amax: 0 };

test.each([...BLOCK_TYPES.values()].map((block) => [block.type, block] as const))(
  '%s: any bytes are widened as in the reference, over several tiles',
  (type, { blockBytes, blockSize }) => {
    // 64 blocks, over and over: more than a tile, and the last one not full.
    const run = randomBlocks(blockBytes);
    const bytes = new Uint8Array(run.length * 11);
    for (let copy = 0; copy < 11; copy++) bytes.set(run, copy * run.length);
    const dtype = type as StorageDtype;
    const matrix = { rows: 11, columns: 64 * blockSize };
    const job = { dtype, bytes, matrix, firstElement: 0, cast: castOf('fp32'), range: NO_RANGE, decode: true };
    const [actual, expected] = [wasm.cast(job), referenceKernels.cast(job)];
    expect(expected.decoded!.findIndex((value, at) => !Object.is(value, actual.decoded![at]))).toBe(-1);
    expect([actual.nan, actual.infinite]).toEqual([expected.nan, expected.infinite]);
  },
);

test('a part of a block is refused', () => {
  expect(() => wasm.range('Q4_K', new Uint8Array(145))).toThrow('145 bytes are no whole number of blocks of Q4_K');
});
