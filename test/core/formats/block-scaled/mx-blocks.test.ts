import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../../extension/core/analysis/value-range';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { packRows, packedRowBytes, unpackRows } from '../../../../extension/core/formats/block-scaled/mx-packing';
import { castOf } from '../casts';

const COUNT = 40_000;

/** The same value cast many times: every block has the same scale. */
function casts(id: string, value: number, seed: number): Float32Array {
  const format = FORMATS.get(id)!;
  const cast = castOf(id, { round: { kind: 'stochastic', seed } });
  const values = new Float32Array(COUNT).fill(value);
  const matrix = { rows: 1, columns: COUNT };
  const range = valueRange(values);
  return format.decodeRows(format.encodeRows(values, matrix, cast, range), matrix, cast, range);
}

const VALUES: readonly (readonly [string, number])[] = [
  ['mxfp8', 17.3],
  ['mxfp8_e5m2', -0.3],
  ['mxfp6_e2m3', 1.03],
  ['mxfp6_e3m2', -1.1],
  ['mxfp4', 2.3],
  ['mxint8', -1.004],
];

describe.each(VALUES)('%s of %f, rounded stochastically', (id, value) => {
  test('the mean is unbiased within 4 standard errors, and only the two neighbours come out', () => {
    const cast = casts(id, value, 12345);
    const [lower, upper, ...more] = [...new Set(cast)].sort((a, b) => a - b) as [number, number];
    expect(more).toEqual([]);
    expect(lower).toBeLessThan(value);
    const probability = (Math.fround(value) - lower) / (upper - lower);
    const share = cast.filter((each) => each === upper).length / COUNT;
    expect(Math.abs(share - probability)).toBeLessThan(4 * Math.sqrt((probability * (1 - probability)) / COUNT));
  });

  test('the same seed gives the same bits, another seed others', () => {
    expect(casts(id, value, 7)).toEqual(casts(id, value, 7));
    expect(casts(id, value, 7)).not.toEqual(casts(id, value, 8));
  });
});

test('nvfp4, rounded stochastically, is unbiased', () => {
  const format = FORMATS.get('nvfp4')!;
  const cast = castOf('nvfp4', { round: { kind: 'stochastic', seed: 3 } });
  // Scale 1 in every block: 6 and fifteen values between 3 and 4.
  const values = Float32Array.from({ length: COUNT }, (_, at) => (at % 16 === 0 ? 6 : 3.25));
  const matrix = { rows: 1, columns: COUNT };
  const range = valueRange(values);
  const back = format.decodeRows(format.encodeRows(values, matrix, cast, range), matrix, cast, range);
  const inner = back.filter((_, at) => at % 16 !== 0);
  const [lower, upper] = [Math.min(...inner), Math.max(...inner)];
  expect([lower, upper].map((each) => Number(each.toPrecision(6)))).toEqual([3, 4]);
  const share = inner.filter((each) => each === upper).length / inner.length;
  expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / inner.length));
});

describe('packing', () => {
  test('least significant bits first, each row from a byte on', () => {
    expect([...packRows(Uint8Array.of(1, 2, 3), { rows: 1, columns: 3 }, 4)]).toEqual([0x21, 0x03]);
    expect([...packRows(Uint8Array.of(1, 2, 3, 1, 2, 3), { rows: 2, columns: 3 }, 2)]).toEqual([0x39, 0x39]);
    // 0b000001, 0b100000, 0b111111, 0b010101 from the low end of 24 bits.
    expect([...packRows(Uint8Array.of(1, 32, 63, 21), { rows: 1, columns: 4 }, 6)]).toEqual([0x01, 0xf8, 0x57]);
  });

  test.each([2, 4, 6, 8])('%d bits come back, in rows of any length', (bits) => {
    for (const columns of [0, 1, 3, 4, 7, 32, 39]) {
      const matrix = { rows: 3, columns };
      const codes = Uint8Array.from({ length: 3 * columns }, (_, at) => (at * 37 + 11) % 2 ** bits);
      const packed = packRows(codes, matrix, bits);
      expect(packed).toHaveLength(3 * packedRowBytes(columns, bits));
      expect(unpackRows(packed, matrix, bits)).toEqual(codes);
    }
  });
});
