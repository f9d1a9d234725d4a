import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { tensorRange, valueRange } from '../../../../extension/core/analysis/value-range';
import type { Granularity } from '../../../../extension/core/formats/format';
import { unpackScales } from '../../../../extension/core/formats/scaling';
import { ternary } from '../../../../extension/core/formats/integers/ternary';
import { castOf, channel, group, tensor } from '../casts';
import { floatsOf, golden, type GoldenArray } from '../golden';

interface TernaryGolden {
  readonly inputs: { readonly odd: GoldenArray };
  readonly ternary: readonly {
    readonly scale: Granularity;
    readonly scales: GoldenArray;
    readonly codes: string;
    readonly decoded: string;
  }[];
}

const { inputs, ternary: cases } = golden('integers') as TernaryGolden;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const values = floatsOf(inputs.odd);
const matrix = { rows: 37, columns: 39 };
const range = tensorRange(valueRange(values));

describe('absmean as torch computes it, packed as compressed-tensors packs 2 bits', () => {
  test.each(cases.map((each) => [each.scale.kind, each] as const))('%s', (_, { scale, scales, codes, decoded }) => {
    const cast = castOf('ternary', { scale, scaleDtype: 'F32' });
    const encoded = ternary.encodeRows(values, matrix, cast, range);
    expect(unpackScales(encoded.scales, 'F32')).toEqual([...floatsOf(scales)]);
    expect(sha256(encoded.codes)).toBe(codes);
    // The oracle keeps the sign of zero, which two's complement has not.
    const magnitudes = ternary.decodeRows(encoded, matrix, cast).map((value, at) => {
      return value === 0 && (values[at]! < 0 || Object.is(values[at], -0)) ? -0 : value;
    });
    expect(sha256(new Uint8Array(magnitudes.buffer))).toBe(decoded);
    expect(encoded.saturated).toBe(0);
  });
});

const row = (...numbers: number[]) => {
  const source = Float32Array.from(numbers);
  const one = { rows: 1, columns: numbers.length };
  return (scale: Granularity, changes: Parameters<typeof castOf>[1] = {}) => {
    const cast = castOf('ternary', { scale, scaleDtype: 'F32', ...changes });
    const encoded = ternary.encodeRows(source, one, cast, tensorRange(valueRange(source)));
    return { decoded: [...ternary.decodeRows(encoded, one, cast)], flushed: encoded.flushed, scales: encoded.scales };
  };
};

test('half the mean is a tie that goes to zero, and counts as flushed', () => {
  // Mean magnitude 2.
  const { decoded, flushed } = row(4, -2, 1, -1)(channel);
  expect(decoded).toEqual([2, -2, 0, 0]);
  expect(flushed).toBe(2);
});

test('zeros have scale 1', () => {
  expect(row(0, -0, 0)(tensor).decoded).toEqual([0, 0, 0]);
  expect(unpackScales(row(0, -0, 0)(group(2)).scales, 'F32')).toEqual([1, 1]);
});

test('NaN and infinities do not count in the mean', () => {
  expect(row(NaN, 3, Infinity, -1)(tensor).decoded).toEqual([0, 2, 2, 0]);
  expect(row(NaN, 3, Infinity, -1)(channel).decoded).toEqual([0, 2, 2, 0]);
});

test('a fit is never worse than the mean', () => {
  const numbers = Array.from({ length: 64 }, (_, at) => Math.sin(at * 1.7) * (at % 9 === 0 ? 5 : 1));
  const error = ({ decoded }: { decoded: number[] }): number =>
    decoded.reduce((sum, value, at) => sum + (value - Math.fround(numbers[at]!)) ** 2, 0);
  expect(error(row(...numbers)(channel, { fit: 'mse' }))).toBeLessThan(error(row(...numbers)(channel)));
});

test('one scale a tensor needs its mean magnitude', () => {
  const cast = castOf('ternary', { scale: tensor });
  const bare = { min: -1, max: 1, amax: 1 };
  expect(() => ternary.encodeRows(new Float32Array(2), { rows: 1, columns: 2 }, cast, bare)).toThrow(
    'ternary: the mean magnitude of the tensor is missing',
  );
});
