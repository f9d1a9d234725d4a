import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { MatrixShape } from '../../../../extension/core/formats/format';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { castOf } from '../casts';
import { denseBlocks } from '../dense-blocks';
import { bytesOf, floatsOf, golden, type GoldenArray } from '../golden';

interface BfpGolden {
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  readonly dense: string;
  readonly casts: readonly {
    readonly format: string;
    readonly input: string;
    readonly scales: GoldenArray;
    readonly codes: GoldenArray | string;
    readonly decoded: string;
  }[];
}

const { inputs, dense, casts } = golden('bfp') as BfpGolden;
const NO_RANGE = { min: 0, max: 0, amax: 0 };
const sha256 = (bytes: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex');

function inputOf(name: string): { values: Float32Array<ArrayBuffer>; matrix: MatrixShape } {
  const shape = inputs[name]?.shape ?? [255 * 4, 16];
  const [rows, columns] = shape as [number, number];
  return { values: inputs[name] ? floatsOf(inputs[name]) : denseBlocks(255 * 4, 16), matrix: { rows, columns } };
}

test('the dense input is the one of the oracle', () => {
  expect(sha256(denseBlocks(255 * 4, 16))).toBe(dense);
});

describe('exponents, codes and values are those of exact arithmetic', () => {
  test.each(casts.map((each) => [each.format, each.input, each] as const))('%s: %s', (id, input, each) => {
    const format = FORMATS.get(id)!;
    const { values, matrix } = inputOf(input);
    const cast = castOf(id);
    const encoded = format.encodeRows(values, matrix, cast, NO_RANGE);
    expect(encoded.scales).toEqual(bytesOf(each.scales));
    if (typeof each.codes === 'string') expect(sha256(encoded.codes)).toBe(each.codes);
    else expect(encoded.codes).toEqual(bytesOf(each.codes));
    expect(sha256(format.decodeRows(encoded, matrix, cast))).toBe(each.decoded);
  });
});

function through(id: string, values: readonly number[]) {
  const format = FORMATS.get(id)!;
  const matrix = { rows: 1, columns: values.length };
  const encoded = format.encodeRows(Float32Array.from(values), matrix, castOf(id), NO_RANGE);
  return { ...encoded, values: [...format.decodeRows(encoded, matrix, castOf(id))] };
}

test("the cases of tt-metal's own test of rounding", () => {
  for (const [value, code, decoded] of [
    [64.75, 0x41, 65],
    [65.25, 0x41, 65],
    [64.5, 0x40, 64],
    [65.5, 0x42, 66],
  ] as const) {
    expect(through('bfp8', [value])).toMatchObject({ codes: Uint8Array.of(code), values: [decoded] });
    expect(through('bfp8', [-value])).toMatchObject({ codes: Uint8Array.of(code | 0x80), values: [-decoded] });
  }
});

test('values that round beyond the largest magnitude are clamped and counted, what becomes zero is counted', () => {
  expect(through('bfp8', [1.999, -1.999, 1])).toMatchObject({ values: [127 / 64, -127 / 64, 1], saturated: 2 });
  expect(through('bfp2', [1.5, 1.25, 0.5, 0.75, -0.5])).toMatchObject({
    values: [1, 1, 0, 1, 0],
    saturated: 1,
    flushed: 2,
  });
  expect(through('bfp4', [2 ** -130, 0, -0])).toMatchObject({ values: [0, 0, 0], flushed: 1, saturated: 0 });
});

test('NaN becomes zero, infinities the largest magnitude; neither has a say in the exponent', () => {
  const { values, scales, saturated, flushed } = through('bfp8', [NaN, Infinity, -Infinity, 1]);
  expect([...scales]).toEqual([127]);
  expect(values).toEqual([0, 127 / 64, -127 / 64, 1]);
  expect([saturated, flushed]).toEqual([0, 0]);
});

test('stored parts: exponents in a byte each, codes packed by rows', () => {
  const parts = (id: string, shape: readonly number[]) =>
    FORMATS.get(id)!
      .parts(shape, castOf(id))
      .map(({ role, dtype, shape: extents, bytes }) => `${role} ${dtype} [${extents.join(', ')}] ${bytes}`);
  expect(parts('bfp8', [8, 64])).toEqual(['codes U8 [8, 64] 512', 'scale U8 [8, 4] 32']);
  expect(parts('bfp4', [2, 8, 64])).toEqual(['codes U8 [2, 8, 32] 512', 'scale U8 [2, 8, 4] 64']);
  expect(parts('bfp2', [39])).toEqual(['codes U8 [10] 10', 'scale U8 [3] 3']);
});
