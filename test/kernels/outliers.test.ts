import { describe, expect, test } from 'vitest';
import { columnMagnitudes, columnRanges } from '../../extension/core/analysis/column-ranges';
import { valueRange } from '../../extension/core/analysis/value-range';
import type { Cast, MatrixShape, OutlierColumns, TensorRange } from '../../extension/core/formats/format';
import { outlierColumns } from '../../extension/core/formats/outliers';
import { FORMATS } from '../../extension/core/formats/registry';
import { SOURCE_DTYPES } from '../../extension/core/formats/floats/source-floats';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { castOf, group, tensor } from '../core/formats/casts';
import { castKernels } from './cast-module';
import { KINDS, sourceBytes, valuesOf } from './cast-values';
import { sameResult } from './same-result';

const wasm = castKernels();

const SHAPES: readonly MatrixShape[] = [
  { rows: 1, columns: 1 },
  { rows: 5, columns: 39 },
  { rows: 67, columns: 257 },
  { rows: 1, columns: 20011 },
];

function rangeOf(
  values: Float32Array,
  matrix: MatrixShape,
  count: number,
  dtype: OutlierColumns['dtype'],
): TensorRange {
  const columns = outlierColumns(columnMagnitudes(columnRanges(values, matrix)), count);
  const others = values.map((value, at) => (columns.includes(at % matrix.columns) ? 0 : value));
  const { min, max, amax } = valueRange(others);
  return { min, max, amax, outliers: { columns, dtype } };
}

describe('column ranges are those of the reference', () => {
  test.each(KINDS)('%s', (kind) => {
    for (const matrix of SHAPES) {
      const bytes = new Uint8Array(valuesOf(kind, matrix.rows * matrix.columns, 11).buffer);
      expect(wasm.columns('F32', bytes, matrix.columns)).toEqual(
        referenceKernels.columns('F32', bytes, matrix.columns),
      );
    }
  });

  test.each(SOURCE_DTYPES)('%s', (dtype) => {
    const bytes = sourceBytes(dtype, 41 * 801, 5);
    expect(wasm.columns(dtype, bytes, 801)).toEqual(referenceKernels.columns(dtype, bytes, 801));
  });
});

const casts: readonly (readonly [string, Partial<Cast>])[] = [
  ['int8', {}],
  ['int8', { scale: tensor }],
  ['int8', { symmetric: false, scale: group(32) }],
  ['int4', { scale: group(32) }],
  ['sf4', {}],
  ['sf4', { rotate: 16 }],
  ['nf4', {}],
  ['e2m1_sr', { scaleDtype: 'F32' }],
  ['nf3', {}],
];

describe('casts that keep outliers are those of the reference, bit for bit', () => {
  test.each(casts.map(([id, changes]) => [id, JSON.stringify(changes), changes] as const))(
    '%s %s',
    (id, _, changes) => {
      expect(FORMATS.get(id)!.options).toContain('outliers');
      for (const kind of ['weights', 'holes', 'huge'] as const) {
        for (const matrix of SHAPES.slice(0, 3)) {
          const values = valuesOf(kind, matrix.rows * matrix.columns, 21);
          for (const [outliers, dtype] of [
            [1, 'BF16'],
            [7, 'F16'],
          ] as const) {
            const range = rangeOf(values, matrix, outliers, dtype);
            const bytes = new Uint8Array(values.buffer);
            const cast = castOf(id, { ...changes, outliers });
            const job = { dtype: 'F32', bytes, matrix, firstElement: 0, cast, range, decode: true } as const;
            sameResult(wasm.cast(job), referenceKernels.cast(job));
          }
        }
      }
    },
  );
});
