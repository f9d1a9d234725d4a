import { describe, expect, test } from 'vitest';
import { columnMagnitudes, columnRanges } from '../../../extension/core/analysis/column-ranges';
import { valueRange } from '../../../extension/core/analysis/value-range';
import type { StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';
import { constantPart } from '../../../extension/core/formats/constant-part';
import type { Cast, MatrixShape, OutlierColumns, TensorRange } from '../../../extension/core/formats/format';
import { formatOf } from '../../../extension/core/formats/format-of';
import { outlierColumns } from '../../../extension/core/formats/outliers';
import { FORMATS } from '../../../extension/core/formats/registry';
import { sourceFloats } from '../../../extension/core/formats/floats/source-floats';
import { castOf, channel, group, random, weights } from './casts';
import { bytesOf, floatsOf, golden, type GoldenArray } from './golden';

interface OutliersGolden {
  readonly cases: readonly {
    readonly format: string;
    readonly source: StorageDtype;
    readonly outliers: number;
    readonly columns: readonly number[];
    readonly input: GoldenArray;
    readonly stored: GoldenArray;
    readonly codes: GoldenArray;
    readonly scales: GoldenArray;
    readonly decoded: GoldenArray;
  }[];
}

const { cases } = golden('outliers') as OutliersGolden;

/** What a job finds out about a tensor before it casts it. */
function rangeOf(
  values: Float32Array,
  matrix: MatrixShape,
  count: number,
  dtype: OutlierColumns['dtype'] = 'BF16',
): TensorRange {
  const columns = outlierColumns(columnMagnitudes(columnRanges(values, matrix)), count);
  const others = values.map((value, at) => (columns.includes(at % matrix.columns) ? 0 : value));
  return { ...valueRange(others), outliers: { columns, dtype } };
}

describe('kept columns, and codes and scales of the others, are those of numpy and torch', () => {
  const named = cases.map((each) => [`${each.format}, ${each.source}, ${each.outliers}`, each] as const);
  test.each(named)('%s', (_, { format: id, source, outliers, ...wanted }) => {
    const values = sourceFloats(source, bytesOf(wanted.input));
    const [rows, columns] = wanted.input.shape as [number, number];
    const matrix = { rows, columns };
    const cast = castOf(id, { scale: id === 'int8' ? channel : group(16), outliers });
    const format = formatOf(cast);
    const range = rangeOf(values, matrix, outliers, source === 'F16' ? 'F16' : 'BF16');
    expect(range.outliers!.columns).toEqual(wanted.columns);
    const encoded = format.encodeRows(values, matrix, cast, range);
    expect(encoded.scales).toEqual(bytesOf(wanted.scales));
    expect(encoded.codes).toEqual(bytesOf(wanted.codes));
    expect(encoded.more!.get('outliers')).toEqual(bytesOf(wanted.stored));
    const decoded = format.decodeRows(encoded, matrix, cast, range);
    expect(decoded.map((value) => value + 0)).toEqual(floatsOf(wanted.decoded).map((value) => value + 0));

    const parts = format.parts([rows, columns], cast, source);
    const kept = wanted.columns.length;
    expect(parts.slice(-2)).toEqual([
      { role: 'outliers', dtype: source === 'F16' ? 'F16' : 'BF16', shape: [rows, kept], bytes: rows * kept * 2 },
      { role: 'outlier-columns', dtype: 'I32', shape: [kept], bytes: kept * 4 },
    ]);
    const columnBytes = constantPart(cast, 'outlier-columns', { shape: [rows, columns], dtype: source, range })!;
    expect([...new Int32Array(columnBytes.buffer)]).toEqual(wanted.columns);
  });
});

test('every format that keeps outliers keeps them, and casts the rest as it casts zeros in their place', () => {
  const takers = [...FORMATS.values()].filter(({ options }) => options?.includes('outliers'));
  expect(takers.map(({ id }) => id)).toEqual(expect.arrayContaining(['int8', 'int4', 'sf4', 'nf4']));
  const next = random(9);
  for (const { id } of takers) {
    for (const outliers of [1, 5, 40]) {
      const matrix = { rows: 6, columns: 40 };
      const values = weights(240, outliers).map((value) => (next() < 0.05 ? value * 100 : value));
      const cast = castOf(id, { scale: group(10), outliers });
      const range = rangeOf(values, matrix, outliers);
      const { columns } = range.outliers!;
      const encoded = formatOf(cast).encodeRows(values, matrix, cast, range);
      const decoded = formatOf(cast).decodeRows(encoded, matrix, cast, range);
      const plain = castOf(id, { scale: group(10) });
      const others = values.map((value, at) => (columns.includes(at % 40) ? 0 : value));
      const alone = FORMATS.get(id)!.encodeRows(others, matrix, plain, range);
      expect([encoded.codes, encoded.scales]).toEqual([alone.codes, alone.scales]);
      const rest = FORMATS.get(id)!.decodeRows(alone, matrix, plain, range);
      decoded.forEach((value, at) => {
        // BF16 keeps 8 significant bits.
        if (columns.includes(at % 40))
          expect(Math.abs(value - values[at]!)).toBeLessThanOrEqual(Math.abs(values[at]!) / 256);
        else expect(value).toBe(rest[at]);
      });
    }
  }
});

test('the largest columns are chosen, the left one of equals; NaN and infinities do not count', () => {
  expect(outlierColumns([1, 5, 3, 5, 5], 2)).toEqual([1, 3]);
  expect(outlierColumns([1, 5], 7)).toEqual([0, 1]);
  const ranges = columnRanges(Float32Array.of(NaN, -2, Infinity, 1, 1, -0), { rows: 2, columns: 3 });
  expect([[...ranges.min], [...ranges.max]]).toEqual([
    [1, -2, 0],
    [1, 1, 0],
  ]);
  expect(columnMagnitudes(columnRanges(Float32Array.of(NaN, -3), { rows: 1, columns: 2 }))).toEqual([0, 3]);
});

test('values beyond the 16 bits, and those that vanish in them, are counted', () => {
  const values = Float32Array.of(3.4e38, 1e-45, 1, 1);
  const matrix = { rows: 1, columns: 4 };
  const cast: Cast = castOf('int8', { outliers: 4 });
  const encoded = formatOf(cast).encodeRows(values, matrix, cast, rangeOf(values, matrix, 4));
  expect([encoded.saturated, encoded.flushed]).toEqual([1, 1]);
});

test('without the columns of the whole tensor nothing is cast', () => {
  const cast = castOf('int8', { outliers: 1 });
  const range = { min: 0, max: 0, amax: 0 };
  expect(() => formatOf(cast).encodeRows(Float32Array.of(1), { rows: 1, columns: 1 }, cast, range)).toThrow(
    'int8: "outliers" needs the columns chosen from all of the tensor',
  );
});
