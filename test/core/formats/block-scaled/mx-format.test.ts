import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Cast, MatrixShape } from '../../../../extension/core/formats/format';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { castOf, group, weights } from '../casts';
import { denseBlocks } from '../dense-blocks';
import { bytesOf, floatsOf, golden, type GoldenArray } from '../golden';

interface MxGolden {
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  /** SHA-256 of the dense input, which is made here from the same recipe. */
  readonly dense: string;
  readonly casts: readonly {
    readonly format: string;
    readonly scaleRound: 'down' | 'up';
    readonly input: string;
    readonly scales: GoldenArray | string;
    readonly codes: GoldenArray | string;
    readonly decoded: string;
  }[];
}

const { inputs, dense, casts } = golden('mx') as MxGolden;
const NO_RANGE = { min: 0, max: 0, amax: 0 };

const sha256 = (bytes: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex');

function inputOf(name: string): { values: Float32Array<ArrayBuffer>; matrix: MatrixShape } {
  if (name === 'dense') {
    const values = denseBlocks(255 * 16, 32);
    return { values, matrix: { rows: values.length / 128, columns: 128 } };
  }
  const [rows, columns] = inputs[name]!.shape as [number, number];
  return { values: floatsOf(inputs[name]!), matrix: { rows, columns } };
}

test('the dense input is the one of the oracle', () => {
  expect(sha256(denseBlocks(255 * 16, 32))).toBe(dense);
});

describe('codes, scales and values are those of ml_dtypes, torchao and compressed-tensors', () => {
  test.each(casts.map((each) => [each.format, each.scaleRound, each.input, each] as const))(
    '%s, scale rounded %s: %s',
    (id, scaleRound, input, each) => {
      const format = FORMATS.get(id)!;
      const { values, matrix } = inputOf(input);
      // `down` is the default too.
      const cast = castOf(id, scaleRound === 'up' ? { scaleRound } : {});
      const encoded = format.encodeRows(values, matrix, cast, NO_RANGE);
      const { scales, codes } = each;
      if (typeof scales === 'string') expect(sha256(encoded.scales)).toBe(scales);
      else expect(encoded.scales).toEqual(bytesOf(scales));
      if (typeof codes === 'string') expect(sha256(encoded.codes)).toBe(codes);
      else expect(encoded.codes).toEqual(bytesOf(codes));
      expect(sha256(format.decodeRows(encoded, matrix, cast))).toBe(each.decoded);
      if (scaleRound === 'up' && input !== 'traps' && input !== 'dense') expect(encoded.saturated).toBe(0);
    },
  );
});

const row = (columns: number): MatrixShape => ({ rows: 1, columns });

function through(id: string, values: readonly number[] | Float32Array, changes: Partial<Cast> = {}) {
  const format = FORMATS.get(id)!;
  const cast = castOf(id, changes);
  const matrix = row(values.length);
  const encoded = format.encodeRows(Float32Array.from(values), matrix, cast, NO_RANGE);
  return { ...encoded, values: [...format.decodeRows(encoded, matrix, cast)] };
}

const ALL = ['mxfp8', 'mxfp8_e5m2', 'mxfp6_e2m3', 'mxfp6_e3m2', 'mxfp4', 'mxint8'] as const;

describe.each(ALL)('%s', (id) => {
  test('NaN and infinities have no say in the scale; infinities saturate, NaN stays only where the element has it', () => {
    const { values, scales, saturated } = through(id, [NaN, Infinity, -Infinity, 1]);
    const { largest } = FORMATS.get(id)!;
    const scale = 2 ** (scales[0]! - 127);
    expect(values[0]).toBe(id.startsWith('mxfp8') ? NaN : 0);
    expect(values.slice(1)).toEqual([largest * scale, -largest * scale, 1]);
    expect(saturated).toBe(0);
  });

  test('the NaN scale makes its whole block NaN, as the specification says', () => {
    const format = FORMATS.get(id)!;
    const { codes } = through(id, new Float32Array(64).fill(1));
    const decoded = format.decodeRows({ codes, scales: Uint8Array.of(255, 127) }, row(64), castOf(id));
    expect([...decoded].map(Number.isNaN)).toEqual(Array.from({ length: 64 }, (_, at) => at < 32));
  });

  test('a row that the block does not divide ends in a shorter block; each row starts a byte', () => {
    const values = weights(2 * 39, 5);
    const format = FORMATS.get(id)!;
    const cast = castOf(id);
    const whole = format.encodeRows(values, { rows: 2, columns: 39 }, cast, NO_RANGE);
    const rows = [0, 1].map((at) => format.encodeRows(values.slice(at * 39, at * 39 + 39), row(39), cast, NO_RANGE));
    expect(whole.scales).toHaveLength(4);
    expect(Buffer.concat(rows.map(({ codes }) => codes)).equals(whole.codes)).toBe(true);
    expect(format.parts([2, 39], cast).map(({ bytes }) => bytes)).toEqual([whole.codes.length, 4]);
  });

  test('every scale that fit: mse chooses has at most the error of the others beside it', () => {
    const values = weights(64 * 32, 9);
    const error = (changes: Partial<Cast>): number[] => {
      const cast = through(id, values, changes).values;
      return Array.from({ length: 64 }, (_, block) =>
        cast
          .slice(block * 32, block * 32 + 32)
          .reduce((sum, each, at) => sum + (values[block * 32 + at]! - each) ** 2, 0),
      );
    };
    const [least, down, up] = [error({ fit: 'mse' }), error({}), error({ scaleRound: 'up' })];
    least.forEach((each, at) => expect(each).toBeLessThanOrEqual(Math.min(down[at]!, up[at]!)));
    expect(error({ fit: 'amax' })).toEqual(down);
  });
});

test('an amax beyond the largest element saturates under down and is counted; under up nothing does', () => {
  const values = [7.9, -7.9, 6, 1];
  expect(through('mxfp4', values)).toMatchObject({ values: [6, -6, 6, 1], saturated: 2 });
  expect(through('mxfp4', values, { scaleRound: 'up' })).toMatchObject({ values: [8, -8, 6, 1], saturated: 0 });
  // 6.9 rounds to 6, the nearest: nothing is lost by the clamp.
  expect(through('mxfp4', [6.9, 1]).saturated).toBe(0);
});

test('stored parts', () => {
  const parts = (id: string, shape: readonly number[], changes: Partial<Cast> = {}) =>
    FORMATS.get(id)!
      .parts(shape, castOf(id, changes))
      .map(({ role, dtype, shape: extents, bytes }) => `${role} ${dtype} [${extents.join(', ')}] ${bytes}`);
  expect(parts('mxfp8', [8, 64])).toEqual(['codes F8_E4M3 [8, 64] 512', 'scale U8 [8, 2] 16']);
  expect(parts('mxfp8_e5m2', [8, 64])).toEqual(['codes F8_E5M2 [8, 64] 512', 'scale U8 [8, 2] 16']);
  expect(parts('mxint8', [8, 64])).toEqual(['codes I8 [8, 64] 512', 'scale U8 [8, 2] 16']);
  expect(parts('mxfp6_e2m3', [8, 64])).toEqual(['codes U8 [8, 48] 384', 'scale U8 [8, 2] 16']);
  expect(parts('mxfp4', [4, 8, 64])).toEqual(['codes U8 [4, 8, 32] 1024', 'scale U8 [4, 8, 2] 64']);
  expect(parts('mxfp4', [64], { scale: group(64) })).toEqual(['codes U8 [32] 32', 'scale U8 [1] 1']);
  expect(parts('mxfp4', [0, 64])).toEqual(['codes U8 [0, 32] 0', 'scale U8 [0, 2] 0']);
  expect(() => parts('mxfp4', [8, 64], { scale: { kind: 'channel' } })).toThrow('mxfp4 takes scale group, not channel');
});
