import { describe, expect, test } from 'vitest';
import { FORMATS } from '../../../extension/core/formats/registry';
import { castOf } from '../../core/formats/casts';
import { inputOf, type InputName } from '../../core/formats/ggml/inputs';
import { castKernels } from '../cast-module';
import { KINDS, valuesOf } from '../cast-values';
import { expectConcatenates, expectSame, hasSteps, jobOf } from './cast-jobs';

const GGML = [...FORMATS.values()].filter(({ blockSize }) => blockSize !== undefined);
const INPUTS: readonly InputName[] = ['traps', 'bell', 'eighths', 'dense'];

describe.each(GGML.map(({ id, blockSize }) => [id, blockSize!] as const))('%s', (id, blockSize) => {
  const cast = castOf(id);

  test.each(INPUTS)('wasm equals the reference bit for bit: %s', (input) => {
    const values = inputOf(input);
    expectSame(jobOf(values, { rows: values.length / 256, columns: 256 }, cast));
  });

  // NaN and infinities are refused by whoever asks for a cast: their blocks hold nothing of use.
  test.each(KINDS.filter((kind) => kind !== 'holes' && kind !== 'any bits'))('%s', (kind) => {
    for (const blocks of [1, 3, 5]) {
      const matrix = { rows: 3, columns: blocks * blockSize };
      const values = valuesOf(kind, matrix.rows * matrix.columns, blocks);
      const finite = values.map((value) => (Number.isFinite(value) ? value : Math.sign(value) * 3e38));
      expectSame(jobOf(finite, matrix, cast));
    }
  });

  test('several tiles; runs of rows concatenate', () => {
    const matrix = { rows: 19, columns: 1280 };
    const job = jobOf(valuesOf('weights', matrix.rows * matrix.columns, 9), matrix, cast);
    expectSame(job);
    expectConcatenates(job);
  });

  test('NaN and infinities are counted and stop nothing', () => {
    const values = valuesOf('holes', 2 * blockSize, 4);
    const { nan, infinite } = castKernels().cast(jobOf(values, { rows: 2, columns: blockSize }, cast));
    expect([nan, infinite]).toEqual([
      values.filter(Number.isNaN).length,
      values.filter((value) => Math.abs(value) === Infinity).length,
    ]);
  });

  test('rows that are no whole blocks are refused', () => {
    const job = jobOf(new Float32Array(3 * 48), { rows: 3, columns: 48 }, cast);
    expect(hasSteps(castOf('q8_0'))).toBe(true);
    expect(() => castKernels().cast(job)).toThrow(
      `${id} stores rows as whole blocks of ${blockSize}, which do not divide a row of 48`,
    );
  });
});
