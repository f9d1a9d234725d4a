import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { tensorRange, valueRange } from '../../../../extension/core/analysis/value-range';
import { deriveStored, widerCast } from '../../../../extension/core/formats/integers/double-rounding';
import type { Cast, Granularity, MatrixShape, ScaleDtype } from '../../../../extension/core/formats/format';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { unpackScales } from '../../../../extension/core/formats/scaling';
import { castOf, channel, group, tensor, weights } from '../casts';
import { floatsOf, golden, type GoldenArray } from '../golden';

interface IntegerGolden {
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  readonly casts: readonly {
    readonly input: string;
    readonly format: string;
    readonly scale: Granularity;
    readonly scaleDtype: ScaleDtype;
    readonly symmetric?: boolean;
    readonly narrow?: boolean;
    readonly codes: string;
    readonly scales: string;
    readonly zeros?: string;
    readonly decoded: string;
  }[];
  readonly derived: readonly {
    readonly format: string;
    readonly via: string;
    readonly scale: Granularity;
    readonly narrow?: boolean;
    readonly codes: string;
    readonly scales: string;
  }[];
  readonly fits: readonly {
    readonly format: string;
    readonly scale: Granularity;
    readonly symmetric?: boolean;
    readonly scales: GoldenArray;
    readonly zeros: GoldenArray;
  }[];
}

const { inputs, casts, derived, fits } = golden('integers') as IntegerGolden;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function input(name: string): { readonly values: Float32Array<ArrayBuffer>; readonly matrix: MatrixShape } {
  const [rows, columns] = inputs[name]!.shape as [number, number];
  return { values: floatsOf(inputs[name]!), matrix: { rows, columns } };
}

const title = ({ format, scale, scaleDtype, symmetric, narrow }: Partial<Cast>): string =>
  [format, scale!.kind, scaleDtype, symmetric === false && 'asymmetric', narrow === false && 'wide']
    .filter(Boolean)
    .join(' ');

describe('as compressed-tensors quantizes, packs and decodes', () => {
  test.each(casts.map((each) => [title(each), each] as const))('%s', (_, { input: name, ...expected }) => {
    const { format: id, scale, scaleDtype, symmetric, narrow } = expected;
    const { values, matrix } = input(name);
    const range = tensorRange(valueRange(values));
    const cast = castOf(id, {
      scale,
      scaleDtype,
      ...(symmetric !== undefined && { symmetric }),
      ...(narrow !== undefined && { narrow }),
    });
    const format = FORMATS.get(id)!;
    const encoded = format.encodeRows(values, matrix, cast, range);
    expect(sha256(encoded.scales)).toBe(expected.scales);
    const source = { shape: [matrix.rows, matrix.columns], dtype: 'F32', range } as const;
    const zeros = encoded.more?.get('zero-point') ?? format.constantPart!('zero-point', source, cast);
    if (expected.zeros !== undefined) expect(sha256(zeros!)).toBe(expected.zeros);
    expect(sha256(encoded.codes)).toBe(expected.codes);
    const decoded = format.decodeRows(encoded, matrix, cast, range);
    // The oracle writes no -0.
    expect(sha256(new Uint8Array(decoded.map((value) => value + 0).buffer))).toBe(expected.decoded);
    for (const part of format.parts(source.shape, cast)) {
      if (part.role === 'shape') continue;
      const bytes = part.role === 'codes' ? encoded.codes : part.role === 'scale' ? encoded.scales : zeros;
      expect(bytes).toHaveLength(part.bytes);
    }
  });
});

describe('Double Rounding', () => {
  test.each(derived.map((each) => [`${each.format} from ${each.via}, ${title(each)}`, each] as const))(
    '%s',
    (_, { format, via, scale, narrow, ...expected }) => {
      const { values, matrix } = input('odd');
      const cast = castOf(format, { scale, scaleDtype: 'F32', via, ...(narrow === false && { narrow }) });
      const encoded = FORMATS.get(format)!.encodeRows(values, matrix, cast, valueRange(values));
      expect(sha256(encoded.scales)).toBe(expected.scales);
      expect(sha256(encoded.codes)).toBe(expected.codes);
    },
  );

  test.each([
    ['int4', 'int8', {}],
    ['int3', 'int8', { scaleDtype: 'F16' }],
    ['int4', 'int8', { symmetric: false }],
    ['int2', 'int6', { symmetric: false, scale: channel }],
    ['int5', 'int6', { round: { kind: 'stochastic', seed: 3 } }],
    ['int4', 'int6', { fit: 'mse' }],
  ] as const)('%s from the stored codes of %s alone, %o: the same bytes', (format, via, changes) => {
    const { values, matrix } = input('odd');
    const range = valueRange(values);
    const cast = castOf(format, { scale: group(13), via, ...changes });
    const high = widerCast(cast)!;
    const stored = FORMATS.get(via)!.encodeRows(values, matrix, high, range);
    const { codes, scales, more } = FORMATS.get(format)!.encodeRows(values, matrix, cast, range);
    expect(deriveStored(stored, matrix, high, cast)).toEqual({ codes, scales, ...(more && { more }) });
  });

  test('ties go to the even code, and what rounds beyond the last one is clamped and counted', () => {
    // Scale 1 in 8 bits, so 16 in 4 bits.
    const values = Float32Array.of(127, 8, 24, 40, -8, -24, 120, -127, 119);
    const cast = castOf('int4', { scale: channel, scaleDtype: 'F32', via: 'int8' });
    const encoded = FORMATS.get('int4')!.encodeRows(values, { rows: 1, columns: 9 }, cast, valueRange(values));
    const decoded = FORMATS.get('int4')!.decodeRows(encoded, { rows: 1, columns: 9 }, cast);
    expect([...decoded].map((value) => value / 16 + 0)).toEqual([7, 0, 2, 2, 0, -2, 7, -7, 7]);
    expect(encoded.saturated).toBe(3);
    expect(encoded.flushed).toBe(2);
  });
});

describe('fit: mse', () => {
  test.each(fits.map((each) => [title(each), each] as const))('%s: the scales of a brute-force search', (_, fit) => {
    const { values, matrix } = input('fit');
    const { format, scale, symmetric } = fit;
    const changes = { scale, scaleDtype: 'F32', fit: 'mse', ...(symmetric === false && { symmetric }) } as const;
    const cast = castOf(format, changes);
    const encoded = FORMATS.get(format)!.encodeRows(values, matrix, cast, valueRange(values));
    expect(unpackScales(encoded.scales, 'F32')).toEqual([...floatsOf(fit.scales)]);
  });

  test('needs scales of rows', () => {
    const cast = castOf('int8', { scale: tensor, fit: 'mse' });
    expect(() =>
      FORMATS.get('int8')!.encodeRows(
        new Float32Array(4),
        { rows: 1, columns: 4 },
        cast,
        valueRange(new Float32Array(4)),
      ),
    ).toThrow('int8: "fit: mse" needs scales of their own for runs of a row');
  });
});

test('zero points of a stack keep its axes where the rows of each matrix fill whole words', () => {
  const shapes = (format: string, shape: readonly number[]) =>
    FORMATS.get(format)!
      .parts(shape, castOf(format, { symmetric: false }))
      .find(({ role }) => role === 'zero-point');
  expect(shapes('int4', [3, 16, 256])).toEqual({ role: 'zero-point', dtype: 'I32', shape: [3, 2, 2], bytes: 48 });
  expect(shapes('int4', [3, 12, 256])).toEqual({ role: 'zero-point', dtype: 'I32', shape: [5, 2], bytes: 40 });
  expect(shapes('int8', [3, 12, 256])).toEqual({ role: 'zero-point', dtype: 'I8', shape: [3, 12, 1], bytes: 36 });
  expect(shapes('int4', [256])).toEqual({ role: 'zero-point', dtype: 'I32', shape: [1, 2], bytes: 8 });
  expect(shapes('int8', [])).toEqual({ role: 'zero-point', dtype: 'I8', shape: [1], bytes: 1 });
});

test('the spread of a run may exceed the largest float32', () => {
  const values = Float32Array.of(-3e38, 3e38, 1e38, 0);
  for (const format of ['int8', 'int4']) {
    const cast = castOf(format, { scale: channel, scaleDtype: 'F32', symmetric: false });
    const encoded = FORMATS.get(format)!.encodeRows(values, { rows: 1, columns: 4 }, cast, valueRange(values));
    const [scale] = unpackScales(encoded.scales, 'F32');
    const decoded = FORMATS.get(format)!.decodeRows(encoded, { rows: 1, columns: 4 }, cast);
    decoded.forEach((value, at) => expect(Math.abs(value - values[at]!)).toBeLessThanOrEqual(scale! * 0.51));
  }
});

test('a run of zeros decodes to zeros under a zero point', () => {
  const zeros = Float32Array.of(0, -0, 0, 0);
  const cast = castOf('int4', { scale: group(2), symmetric: false });
  const encoded = FORMATS.get('int4')!.encodeRows(zeros, { rows: 1, columns: 4 }, cast, valueRange(zeros));
  expect([...FORMATS.get('int4')!.decodeRows(encoded, { rows: 1, columns: 4 }, cast)]).toEqual([0, 0, 0, 0]);
  expect([encoded.saturated, encoded.flushed]).toEqual([0, 0]);
});

test.each(['int8', 'int5', 'int3', 'int2'])('%s: a fit is never worse than the largest magnitude', (format) => {
  const values = weights(16 * 96, 11).map((value, at) => (at % 97 === 0 ? value * 15 : value));
  const matrix = { rows: 16, columns: 96 };
  const error = (changes: Partial<Cast>): number[] => {
    const cast = castOf(format, { scale: group(32), ...changes });
    const encoded = FORMATS.get(format)!.encodeRows(values, matrix, cast, valueRange(values));
    const decoded = FORMATS.get(format)!.decodeRows(encoded, matrix, cast);
    return Array.from({ length: 48 }, (_, run) =>
      Array.from({ length: 32 }, (__, at) => (values[run * 32 + at]! - decoded[run * 32 + at]!) ** 2).reduce(
        (sum, each) => sum + each,
      ),
    );
  };
  for (const symmetric of [true, false]) {
    const plain = error({ symmetric });
    const fit = error({ symmetric, fit: 'mse' });
    // Sums in another order than the search's may differ in the last bits.
    fit.forEach((each, run) => expect(each).toBeLessThanOrEqual(plain[run]! * (1 + 1e-12)));
    // With 256 codes clipping a largest value by a 64th costs more than it brings.
    expect(fit.some((each, run) => each < plain[run]! * 0.9)).toBe(format !== 'int8');
  }
});
