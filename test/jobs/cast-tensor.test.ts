import { expect, test } from 'vitest';
import type { TensorInfo } from '../../extension/core/checkpoint/tensor';
import { constantPart } from '../../extension/core/formats/constant-part';
import type { Cast } from '../../extension/core/formats/format';
import { formatOf } from '../../extension/core/formats/format-of';
import { matrixShape } from '../../extension/core/formats/matrix';
import { castRows, castTensor, type TensorCast } from '../../extension/jobs/cast-tensor';
import { rowRuns } from '../../extension/jobs/row-runs';
import type { CastResult } from '../../extension/kernels/cast-kernels';
import { createInProcessPool } from '../../extension/worker/in-process';
import { WorkerLost } from '../../extension/worker/worker-lost';
import { castOf, channel, random, tensor as wholeTensor } from '../core/formats/casts';
import { castKernels } from '../kernels/cast-module';

/** More than one run of rows, with a column that is large only in the last of them. */
const SHAPE = [3, 700, 1100] as const;
const COLUMNS = SHAPE[2];
const values = (() => {
  const next = random(3);
  const made = Float32Array.from({ length: 3 * 700 * COLUMNS }, () => next() - 0.5);
  made[5] = 8;
  made[made.length - COLUMNS + 900] = -9;
  return made;
})();
const TENSOR: TensorInfo = {
  name: 'w',
  dtype: 'F32',
  shape: SHAPE,
  bytes: values.byteLength,
  file: 'f',
  offset: 0,
};

async function through(cast: Cast): Promise<{ results: CastResult[]; whole: TensorCast }> {
  const read = (_: TensorInfo, offset: number, length: number) =>
    Promise.resolve(new Uint8Array(values.buffer.slice(offset, offset + length)));
  const job = castTensor({ pool: createInProcessPool(castKernels()), read }, TENSOR, cast, { decode: true });
  const results: CastResult[] = [];
  for (;;) {
    const next = await job.next();
    if (next.done) return { results, whole: next.value };
    results.push(next.value);
  }
}

test('the tensor is cast in several runs', () => {
  expect(rowRuns(matrixShape(SHAPE), 4, 1).length).toBeGreaterThan(1);
});

test('outlier columns are those of the whole tensor, and one scale a tensor is that of the others', async () => {
  for (const scale of [channel, wholeTensor]) {
    const cast = castOf('int8', { scale, outliers: 2 });
    const { results, whole } = await through(cast);
    expect(whole.range.outliers).toEqual({ columns: [5, 900], dtype: 'BF16' });
    expect(whole.range.amax).toBeLessThanOrEqual(0.5);
    const kept = Buffer.concat(results.map(({ encoded }) => encoded.more!.get('outliers')!));
    const parts = formatOf(cast).parts(SHAPE, cast, 'F32');
    expect(kept).toHaveLength(parts.find(({ role }) => role === 'outliers')!.bytes);
    expect(results[0]!.decoded![5]).toBe(8);
    expect(results.at(-1)!.decoded!.at(-COLUMNS + 900)).toBe(-9);
  }
});

test('nested scales are stored less the mean of all of them', async () => {
  const cast = castOf('nf4', { nested: true });
  const { results, whole } = await through(cast);
  const size = 64;
  let sum = 0;
  const groups = Math.ceil(values.length / size);
  for (let start = 0; start < values.length; start += size) {
    sum += values.subarray(start, start + size).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }
  expect(whole.range.meanScale).toBe(Math.fround(sum / groups));
  const source = { shape: SHAPE, dtype: 'F32', range: whole.range } as const;
  const state = JSON.parse(new TextDecoder().decode(constantPart(cast, 'state', source))) as object;
  expect(state).toMatchObject({ nested_blocksize: 256, nested_offset: whole.range.meanScale });
  const parts = formatOf(cast).parts(SHAPE, cast, 'F32');
  const bytes = (role: string): number => parts.find((part) => part.role === role)!.bytes;
  expect(Buffer.concat(results.map(({ encoded }) => encoded.scales))).toHaveLength(bytes('scale'));
  expect(Buffer.concat(results.map(({ encoded }) => encoded.more!.get('nested-scale')!))).toHaveLength(
    bytes('nested-scale'),
  );
});

test('rows that a worker took along are read again, once', async () => {
  const run = { firstRow: 0, rows: 1 };
  const [kernels, reads] = [createInProcessPool(castKernels()), [] as number[]];
  const read = (_: TensorInfo, offset: number, length: number) => {
    reads.push(offset);
    return Promise.resolve(new Uint8Array(values.buffer.slice(offset, offset + length)));
  };
  const dying = (times: number) => {
    let left = times;
    const cast: typeof kernels.cast = (...asked) =>
      left-- > 0 ? Promise.reject(new WorkerLost('it fell over')) : kernels.cast(...asked);
    const source = { pool: { ...kernels, cast }, read };
    return castRows(source, TENSOR, castOf('int8', { scale: channel }), { min: 0, max: 0, amax: 0 }, run, {
      decode: false,
    });
  };
  expect((await dying(1)).encoded.codes).toHaveLength(COLUMNS);
  expect(reads).toEqual([0, 0]);
  await expect(dying(2)).rejects.toThrow(
    'the kernel worker died twice on the same piece of work, which was given up: it fell over',
  );
});
