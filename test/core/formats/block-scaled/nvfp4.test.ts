import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../../extension/core/analysis/value-range';
import { constantPart } from '../../../../extension/core/formats/constant-part';
import type { Cast } from '../../../../extension/core/formats/format';
import { matrixShape } from '../../../../extension/core/formats/matrix';
import { nvfp4 } from '../../../../extension/core/formats/block-scaled/nvfp4';
import { nvfp4GlobalScale } from '../../../../extension/core/formats/block-scaled/nvfp4-scales';
import { castOf, weights } from '../casts';
import { bytesOf, floatsOf, golden, type GoldenArray } from '../golden';

const cases = golden('nvfp4') as readonly {
  readonly name: string;
  readonly shape: readonly number[];
  readonly input: GoldenArray;
  readonly codes: GoldenArray;
  readonly scales: GoldenArray;
  readonly globalScale: GoldenArray;
  readonly decoded: string;
}[];

const cast = castOf('nvfp4');

describe('bytes, scales and values are those of compressed-tensors', () => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
    const values = floatsOf(each.input);
    const matrix = matrixShape(each.shape);
    const range = valueRange(values);
    const globalScale = constantPart(cast, 'global-scale', { shape: each.shape, dtype: 'F32', range })!;
    expect(globalScale).toEqual(bytesOf(each.globalScale));

    const encoded = nvfp4.encodeRows(values, matrix, cast, range);
    expect(encoded.scales).toEqual(bytesOf(each.scales));
    expect(encoded.codes).toEqual(bytesOf(each.codes));
    const decoded = nvfp4.decodeRows(encoded, matrix, cast, range);
    expect(createHash('sha256').update(new Uint8Array(decoded.buffer)).digest('hex')).toBe(each.decoded);
    // The stored global scale serves as well as the range.
    const more = new Map([['global-scale' as const, globalScale]]);
    expect(nvfp4.decodeRows({ ...encoded, more }, matrix, cast)).toEqual(decoded);

    expect(nvfp4.parts(each.shape, cast)).toEqual([
      { role: 'codes', dtype: 'U8', shape: each.codes.shape, bytes: encoded.codes.length },
      { role: 'scale', dtype: 'F8_E4M3', shape: each.scales.shape, bytes: encoded.scales.length },
      { role: 'global-scale', dtype: 'F32', shape: [1], bytes: 4 },
    ]);
  });
});

function through(values: readonly number[] | Float32Array, changes: Partial<Cast> = {}) {
  const source = Float32Array.from(values);
  const matrix = { rows: 1, columns: source.length };
  const own = castOf('nvfp4', changes);
  const encoded = nvfp4.encodeRows(source, matrix, own, valueRange(source));
  return { ...encoded, values: nvfp4.decodeRows(encoded, matrix, own, valueRange(source)) };
}

test('the global scale is one number whatever the tensor holds', () => {
  expect(nvfp4GlobalScale(2688)).toBe(1);
  expect(nvfp4GlobalScale(0)).toBe(1);
  expect(nvfp4GlobalScale(2 ** -149)).toBe(1);
  expect(nvfp4GlobalScale(3e38)).toBeGreaterThan(0);
});

test('NaN and infinities have no say in any scale; -0 keeps its sign', () => {
  const { values, scales, saturated } = through([NaN, Infinity, -Infinity, 6, -0, 3]);
  expect([...scales]).toEqual([0x7e]);
  expect([...values]).toEqual([0, 6, -6, 6, -0, 3]);
  expect(saturated).toBe(0);
});

test('a small block beside a large one keeps what the smallest scale can hold, and the rest is counted', () => {
  const block = (value: number): number[] => new Array<number>(16).fill(value);
  // Global scale 1: the smallest block scale is 2^-9.
  const kept = through([...block(2688), ...block(2 ** -9)]);
  expect(kept.scales[1]).toBe(1);
  expect([kept.values[16], kept.flushed]).toEqual([2 ** -9, 0]);
  expect(through([...block(2688), ...block(2 ** -12)]).flushed).toBe(16);
});

test('no scale is decoded without the global one', () => {
  const { codes, scales } = through([1]);
  expect(() => nvfp4.decodeRows({ codes, scales }, { rows: 1, columns: 1 }, cast)).toThrow('global scale');
});

test('fit: mse never has a larger error than amax in any block, and a smaller one over all', () => {
  const values = weights(128 * 16, 3);
  const errors = (changes: Partial<Cast>): number[] => {
    const back = through(values, changes).values;
    return Array.from({ length: 128 }, (_, block) =>
      back.subarray(block * 16, block * 16 + 16).reduce((sum, each, at) => {
        return sum + (values[block * 16 + at]! - each) ** 2;
      }, 0),
    );
  };
  const [amax, mse] = [errors({}), errors({ fit: 'mse' })];
  mse.forEach((each, at) => expect(each).toBeLessThanOrEqual(amax[at]!));
  const sum = (each: readonly number[]): number => each.reduce((total, error) => total + error, 0);
  expect(sum(mse)).toBeLessThan(0.85 * sum(amax));
});
