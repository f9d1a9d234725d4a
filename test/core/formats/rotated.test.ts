import { describe, expect, test } from 'vitest';
import { measureCast } from '../../../extension/core/analysis/measure-cast';
import { valueRange } from '../../../extension/core/analysis/value-range';
import { constantPart } from '../../../extension/core/formats/constant-part';
import { formatOf } from '../../../extension/core/formats/format-of';
import { rotateRows } from '../../../extension/core/formats/hadamard';
import { FORMATS } from '../../../extension/core/formats/registry';
import { rotated } from '../../../extension/core/formats/rotated';
import { castOf, weights } from './casts';
import { floatsOf, golden, type GoldenArray } from './golden';

const { input, rotated: turns } = golden('rotated') as {
  readonly input: GoldenArray;
  readonly rotated: readonly { readonly size: number; readonly values: GoldenArray }[];
};
const [rows, columns] = input.shape as [number, number];

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, each) => sum + each * each, 0));

describe.each(turns.map((each) => [each.size, each] as const))('runs of %d', (size, each) => {
  /** Of a run: log2(size) additions and a multiplication, each half a unit of the sum of magnitudes. */
  const bound = (values: Float32Array, at: number): number => {
    const run = Math.floor((at % columns) / size) * size;
    const start = Math.floor(at / columns) * columns + run;
    const sum = values.subarray(start, start + size).reduce((total, value) => total + Math.abs(value), 0);
    return ((Math.log2(size) + 3) * 2 ** -24 * sum) / Math.sqrt(size);
  };

  test('as scipy rotates, within the bound of float32; columns after the last whole run stay', () => {
    const source = floatsOf(input);
    const turned = source.slice();
    rotateRows(turned, { rows, columns }, size);
    const wanted = floatsOf(each.values);
    const tail = Math.floor(columns / size) * size;
    turned.forEach((value, at) => {
      if (at % columns >= tail) expect(value).toBe(source[at]);
      else expect(Math.abs(value - wanted[at]!)).toBeLessThanOrEqual(bound(source, at));
    });
  });

  test('twice gives the values back, and no length changes', () => {
    const values = weights(4 * size, size);
    const turned = values.slice();
    rotateRows(turned, { rows: 2, columns: 2 * size }, size);
    expect(norm(turned) / norm(values)).toBeCloseTo(1, 6);
    expect(turned).not.toEqual(values);
    rotateRows(turned, { rows: 2, columns: 2 * size }, size);
    turned.forEach((value, at) => expect(Math.abs(value - values[at]!)).toBeLessThan(1e-6));
  });

  test('columns of the matrix are orthonormal', () => {
    const column = (at: number): Float32Array => {
      const unit = new Float32Array(size);
      unit[at] = 1;
      rotateRows(unit, { rows: 1, columns: size }, size);
      return unit;
    };
    const all = Array.from({ length: size }, (_, at) => column(at));
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) {
        const product = all[a]!.reduce((sum, value, at) => sum + value * all[b]![at]!, 0);
        expect(Math.abs(product - Number(a === b))).toBeLessThan(1e-6);
      }
    }
  });
});

const ROTATING = [...FORMATS.values()].filter((format) => format.options?.includes('rotate')).map(({ id }) => id);

function errorOf(id: string, values: Float32Array, rotate: number | undefined): { noise: number; flushed: number } {
  const cast = castOf(id, rotate === undefined ? {} : { rotate });
  const format = formatOf(cast);
  const matrix = { rows: values.length / 128, columns: 128 };
  const encoded = format.encodeRows(values, matrix, cast, valueRange(values));
  const back = format.decodeRows(encoded, matrix, cast, valueRange(values));
  return { noise: measureCast(values, back, matrix, encoded).noise, flushed: encoded.flushed };
}

/** Rows of 128 with one outlier in each. */
function outliers(): Float32Array {
  const values = weights(16 * 128, 77);
  for (let row = 0; row < 16; row++) values[row * 128 + ((row * 37) % 128)] = 1.7 + row / 8;
  return values;
}

describe.each(ROTATING)('%s', (id) => {
  test('decodes to the values, not to their rotation', () => {
    const values = weights(16 * 128, 5);
    const energy = values.reduce((sum, value) => sum + value * value, 0);
    // bfp2 keeps little more than signs.
    expect(errorOf(id, values, 128).noise).toBeLessThan((FORMATS.get(id)!.bits < 4 ? 0.8 : 0.05) * energy);
  });

  test('parts are those of the format alone', () => {
    const cast = castOf(id, { rotate: 64 });
    expect(formatOf(cast).parts([4, 256], cast)).toEqual(FORMATS.get(id)!.parts([4, 256], castOf(id)));
  });
});

test.each(['mxfp4', 'nvfp4', 'bfp4', 'mxfp6_e2m3', 'mxint8', 'bfp8'])(
  '%s: the error of rows with one outlier drops, and fewer weights become zero',
  (id) => {
    const [plain, turned] = [errorOf(id, outliers(), undefined), errorOf(id, outliers(), 128)];
    // The other values of the outlier's block are what rotation saves.
    if (id === 'mxfp4' || id === 'bfp4') expect(turned.noise).toBeLessThan(plain.noise);
    expect(turned.flushed).toBeLessThanOrEqual(plain.flushed);
  },
);

test('the global scale of rotated nvfp4 holds whatever the rotation makes', () => {
  const values = new Float32Array(128).fill(0.5);
  const cast = castOf('nvfp4', { rotate: 128 });
  const range = valueRange(values);
  // All of the energy meets in one column: sqrt(128) / 2.
  const part = constantPart(cast, 'global-scale', { shape: [128], dtype: 'F32', range })!;
  const scale = new DataView(part.buffer).getFloat32(0, true);
  expect(scale).toBeCloseTo((448 * 6) / (0.5 * Math.sqrt(128)), 3);
  const { saturated } = formatOf(cast).encodeRows(values, { rows: 1, columns: 128 }, cast, range);
  expect(saturated).toBe(0);
});

test('one scale a tensor is not offered for rotated values', () => {
  expect(FORMATS.get('int8')!.granularities).toContain('tensor');
  expect(rotated(FORMATS.get('int8')!, 16).granularities).toEqual(
    FORMATS.get('int8')!.granularities.filter((kind) => kind !== 'tensor'),
  );
});
