import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../../extension/core/analysis/value-range';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { unpackScales } from '../../../../extension/core/formats/scaling';
import { castOf, random, weights } from '../casts';

/** A float32 as an integer times 2^-149. */
function exact(value: number): bigint {
  let exponent = 149;
  let rest = value;
  while (!Number.isInteger(rest)) {
    rest *= 2;
    exponent--;
  }
  return exponent >= 0 ? BigInt(rest) << BigInt(exponent) : BigInt(rest) >> BigInt(-exponent);
}

/** Codes and exponent by exact arithmetic: the least exponent that holds the largest magnitude, ties to even. */
function byDefinition(
  values: Float32Array,
  bits: number,
): { readonly exponent: number; readonly codes: readonly bigint[] } {
  const limit = BigInt(2 ** (bits - 1) - 1);
  const integers = [...values].map(exact);
  const amax = integers.map((each) => (each < 0n ? -each : each)).reduce((a, b) => (a > b ? a : b), 0n);
  if (amax === 0n) return { exponent: 0, codes: integers };
  let shift = 149 - 127;
  while (limit << BigInt(shift) < amax) shift++;
  const step = 1n << BigInt(shift);
  const codes = integers.map((each) => {
    const magnitude = each < 0n ? -each : each;
    const kept = magnitude / step;
    const twice = (magnitude - kept * step) * 2n;
    const up = twice > step || (twice === step && kept % 2n === 1n) ? 1n : 0n;
    return each < 0n ? -(kept + up) : kept + up;
  });
  return { exponent: shift - 149, codes };
}

const next = random(5);
const INPUTS: Readonly<Record<string, Float32Array<ArrayBuffer>>> = {
  weights: weights(500, 31),
  'a power of two': Float32Array.of(4, -4, 1, 0.5, 2 ** -9, 3 * 2 ** -10),
  'the largest code times a power of two': Float32Array.of(127, -126.5, 32767 / 256, 0.25),
  'just above it': Float32Array.of(Math.fround(127 * (1 + 2 ** -23)), 1, 32767 * (1 + 2 ** -23)),
  'all sizes': Float32Array.from({ length: 300 }, () => (next() - 0.5) * 2 ** Math.floor(next() * 40 - 20)),
  zeros: Float32Array.of(0, -0, 0),
  tiny: Float32Array.of(2 ** -149, 2 ** -130, -(2 ** -127)),
  huge: Float32Array.of(3.4e38, -1e38, 1),
  'one value': Float32Array.of(-0.1),
};

describe.each([8, 16])('dfp%d', (bits) => {
  const format = FORMATS.get(`dfp${bits}`)!;
  const cast = castOf(format.id);

  test.each(Object.entries(INPUTS))('%s: as exact arithmetic has it', (_, values) => {
    const matrix = { rows: 1, columns: values.length };
    const { codes, scales, saturated } = format.encodeRows(values, matrix, cast, valueRange(values));
    const expected = byDefinition(values, bits);
    expect(unpackScales(scales, 'F8_E8M0')).toEqual([2 ** expected.exponent]);
    const own = bits === 8 ? new Int8Array(codes.buffer) : new Int16Array(codes.buffer);
    expect([...own].map(BigInt)).toEqual(expected.codes);
    expect(saturated).toBe(0);
    const decoded = format.decodeRows({ codes, scales }, matrix, cast);
    expect([...decoded]).toEqual(expected.codes.map((code) => Math.fround(Number(code) * 2 ** expected.exponent)));
  });

  test('one exponent a tensor, whatever the shape', () => {
    const parts = format.parts([3, 4, 5], cast).map(({ role, dtype, shape, bytes }) => [role, dtype, shape, bytes]);
    expect(parts).toEqual([
      ['codes', `I${bits}`, [3, 4, 5], (60 * bits) / 8],
      ['scale', 'F8_E8M0', [1], 1],
    ]);
    expect(() => format.parts([4], castOf(format.id, { scale: { kind: 'channel' } }))).toThrow('takes scale tensor');
  });
});
