import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../../extension/core/analysis/value-range';
import { floatBits } from '../../../../extension/core/formats/floats/float-bits';
import {
  BF16_LAYOUT,
  E2M1_LAYOUT,
  E2M3_LAYOUT,
  E3M2_LAYOUT,
  E4M3FNUZ_LAYOUT,
  E5M2FNUZ_LAYOUT,
  E5M2_LAYOUT,
  FP16_LAYOUT,
  decodeFloat,
  definedLayout,
  encodeFloat,
  floatTable,
  roundMagnitude,
  type FloatLayout,
} from '../../../../extension/core/formats/floats/float-codes';
import type { Granularity, MatrixShape, ScaleDtype } from '../../../../extension/core/formats/format';
import { FORMATS } from '../../../../extension/core/formats/registry';
import { unpackScales } from '../../../../extension/core/formats/scaling';
import { castOf, channel, group, none, weights } from '../casts';
import { denseBlocks } from '../dense-blocks';
import { floatsOf, golden, type GoldenArray } from '../golden';

interface Hashes {
  readonly ieee: string;
  readonly saturate: string;
}

interface SmallFloatGolden {
  readonly plain: Readonly<
    Record<
      string,
      { readonly decoded: GoldenArray; readonly input: GoldenArray; readonly hard: Hashes; readonly dense: Hashes }
    >
  >;
  readonly inputs: Readonly<Record<string, GoldenArray>>;
  readonly casts: readonly {
    readonly input: string;
    readonly format: string;
    readonly scale: Granularity;
    readonly scaleDtype: ScaleDtype;
    readonly codes: string;
    readonly scales: string;
    readonly decoded: string;
  }[];
  readonly fits: readonly {
    readonly input: string;
    readonly format: string;
    readonly scale: Granularity;
    readonly scales: GoldenArray;
  }[];
}

const { plain, inputs, casts, fits } = golden('small_floats') as SmallFloatGolden;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const LAYOUTS: Readonly<Record<string, FloatLayout>> = {
  fp8_e4m3fnuz: E4M3FNUZ_LAYOUT,
  fp8_e5m2fnuz: E5M2FNUZ_LAYOUT,
  fp6_e2m3: E2M3_LAYOUT,
  fp6_e3m2: E3M2_LAYOUT,
  fp4_e2m1: E2M1_LAYOUT,
  e3m4: definedLayout(3, 4, 'ieee'),
  e4m3: definedLayout(4, 3, 'ieee'),
  e5m2: definedLayout(5, 2, 'ieee'),
};

describe.each(Object.entries(plain))('%s', (name, { decoded, input, hard, dense }) => {
  const layout = LAYOUTS[name]!;
  const samples = [
    [floatsOf(input), hard],
    [denseBlocks(4080, 16), dense],
  ] as const;

  test('decodes every code as ml_dtypes', () => {
    expect([...floatTable(layout)]).toEqual([...floatsOf(decoded)]);
  });

  test.each(['ieee', 'saturate'] as const)(
    'encodes codes, ties, neighbours and all exponents as ml_dtypes: %s',
    (overflow) => {
      for (const [values, hashes] of samples) {
        const codes = Uint8Array.from(values, (value) => {
          // What NaN becomes where there is none is nobody's standard.
          const bits = Number.isNaN(value) && layout.nanCode === 0 ? 0 : floatBits(value);
          return encodeFloat(bits, layout, overflow).code;
        });
        expect(sha256(codes)).toBe(hashes[overflow]);
      }
    },
  );
});

test('built-in IEEE floats are those that a user would define', () => {
  expect(definedLayout(8, 7, 'ieee')).toEqual(BF16_LAYOUT);
  expect(definedLayout(5, 10, 'ieee')).toEqual(FP16_LAYOUT);
  expect(definedLayout(5, 2, 'ieee')).toEqual(E5M2_LAYOUT);
  expect(definedLayout(2, 1, 'finite')).toEqual(E2M1_LAYOUT);
  expect(definedLayout(3, 2, 'finite')).toEqual(E3M2_LAYOUT);
});

/** Value of a magnitude code from the definition of a float alone: significand x 2^exponent, with a subnormal row. */
function exactValue(code: number, exponentBits: number, mantissaBits: number): number {
  const field = Math.floor(code / 2 ** mantissaBits);
  const fraction = code - field * 2 ** mantissaBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  return field === 0
    ? (fraction / 2 ** mantissaBits) * 2 ** (1 - bias)
    : (1 + fraction / 2 ** mantissaBits) * 2 ** (field - bias);
}

const SPLITS = [1, 2, 3, 4, 5, 6, 7].flatMap((exponent) =>
  [0, 1, 2, 3, 5, 8]
    .filter((mantissa) => 1 + exponent + mantissa <= 10)
    .map((mantissa) => [exponent, mantissa] as const),
);

describe.each(SPLITS)('e%dm%d', (exponent, mantissa) => {
  test.each(['finite', 'ieee'] as const)('%s: codes are the nearest of all, ties to the even code', (special) => {
    if (special === 'ieee' && mantissa === 0) return;
    const layout = definedLayout(exponent, mantissa, special);
    const count = special === 'finite' ? 2 ** (exponent + mantissa) : (2 ** exponent - 1) * 2 ** mantissa;
    const values = Array.from({ length: count }, (_, code) => exactValue(code, exponent, mantissa));
    expect(layout.largestCode).toBe(count - 1);
    values.forEach((value, code) => {
      expect(decodeFloat(code, layout)).toBe(value);
      expect(roundMagnitude(floatBits(value), layout)).toBe(code);
      const next = values[code + 1];
      if (next === undefined) return;
      const middle = floatBits((value + next) / 2);
      expect(roundMagnitude(middle, layout)).toBe(code % 2 === 0 ? code : code + 1);
      expect(roundMagnitude(middle - 1, layout)).toBe(code);
      expect(roundMagnitude(middle + 1, layout)).toBe(code + 1);
    });
  });
});

describe('scaled by group and block, as torch and compressed-tensors compute and pack it', () => {
  test.each(casts.map((each) => [`${each.format} ${each.scale.kind} ${each.scaleDtype}`, each] as const))(
    '%s',
    (_, each) => {
      const { format: id, scale, scaleDtype } = each;
      const values = floatsOf(inputs[each.input]!);
      const [rows, columns] = inputs[each.input]!.shape as [number, number];
      const matrix: MatrixShape = { rows, columns };
      const cast = castOf(id, { scale, scaleDtype });
      const format = FORMATS.get(id)!;
      const encoded = format.encodeRows(values, matrix, cast, valueRange(values));
      expect(sha256(encoded.scales)).toBe(each.scales);
      expect(sha256(encoded.codes)).toBe(each.codes);
      expect(sha256(new Uint8Array(format.decodeRows(encoded, matrix, cast).buffer))).toBe(each.decoded);
      const bytes = format.parts([rows, columns], cast).map((part) => part.bytes);
      expect(bytes).toEqual([encoded.codes.length, encoded.scales.length]);
    },
  );
});

test.each(fits.map((each) => [`${each.format} ${each.scale.kind}`, each] as const))(
  'fit: mse, %s: the scales of a brute-force search',
  (_, { format, scale, input, scales }) => {
    const values = floatsOf(inputs[input]!);
    const [rows, columns] = inputs[input]!.shape as [number, number];
    const cast = castOf(format, { scale, scaleDtype: 'F32', fit: 'mse' });
    const encoded = FORMATS.get(format)!.encodeRows(values, { rows, columns }, cast, valueRange(values));
    expect(unpackScales(encoded.scales, 'F32')).toEqual([...floatsOf(scales)]);
  },
);

test('a cast goes straight from float32: by way of fp16 some values would round twice', () => {
  const cast = castOf('fp8_e4m3', { scale: none });
  const half = castOf('fp16');
  const through = (format: 'fp16' | 'fp8_e4m3', values: Float32Array): Float32Array<ArrayBuffer> => {
    const matrix = { rows: 1, columns: values.length };
    const own = format === 'fp16' ? half : cast;
    const encoded = FORMATS.get(format)!.encodeRows(values, matrix, own, valueRange(values));
    return FORMATS.get(format)!.decodeRows(encoded, matrix, own);
  };
  // 17 is a tie of 16 and 18; 17 + 2^-8 is not, but fp16 has steps of 2^-6 there.
  const values = Float32Array.of(17 + 2 ** -8, 1.0625 + 2 ** -12);
  expect([...through('fp8_e4m3', values)]).toEqual([18, 1.125]);
  expect([...through('fp8_e4m3', through('fp16', values))]).toEqual([16, 1]);
});

describe('storage', () => {
  const codes = (format: string, shape: readonly number[]) => FORMATS.get(format)!.parts(shape, castOf(format))[0];

  test('codes of 4 and 6 bits have a dtype of their own where rows fill whole bytes', () => {
    expect(codes('fp4_e2m1', [3, 256])).toMatchObject({ dtype: 'F4', shape: [3, 256], bytes: 384 });
    expect(codes('fp6_e3m2', [3, 4])).toMatchObject({ dtype: 'F6_E3M2', shape: [3, 4], bytes: 9 });
    expect(codes('fp4_e2m1', [3, 5])).toMatchObject({ dtype: 'U8', shape: [3, 3], bytes: 9 });
    expect(codes('fp6_e2m3', [5])).toMatchObject({ dtype: 'U8', shape: [4], bytes: 4 });
    expect(codes('fp8_e4m3fnuz', [])).toMatchObject({ dtype: 'F8_E4M3FNUZ', shape: [], bytes: 1 });
    expect(codes('fp64', [2, 3])).toMatchObject({ dtype: 'F64', shape: [2, 3], bytes: 48 });
  });

  test('scales of blocks', () => {
    const scale: Granularity = { kind: 'block', rows: 128, columns: 128 };
    const shape = (of: readonly number[]) =>
      FORMATS.get('fp8_e4m3')!.parts(of, castOf('fp8_e4m3', { scale }))[1]!.shape;
    // DeepSeek-V3's kv_a_proj_with_mqa, whose weight_scale_inv is 5 x 56.
    expect(shape([576, 7168])).toEqual([5, 56]);
    expect(shape([3, 256, 130])).toEqual([3, 2, 2]);
    expect(shape([300])).toEqual([3]);
    expect(shape([0, 300])).toEqual([0, 3]);
  });

  test.each(['fp4_e2m1', 'fp6_e2m3', 'fp6_e3m2'])('%s: rows that fill no byte survive', (format) => {
    const values = Float32Array.of(1, -1.5, 0, 2, -0, 1.5, 3, 4, -6, 0.5, 1, 1, 2, 3, 1);
    const matrix = { rows: 3, columns: 5 };
    const cast = castOf(format, { scale: none });
    const encoded = FORMATS.get(format)!.encodeRows(values, matrix, cast, valueRange(values));
    expect([...FORMATS.get(format)!.decodeRows(encoded, matrix, cast)]).toEqual([...values]);
  });
});

test('fnuz has no -0 and no infinity', () => {
  const values = Float32Array.of(-0, -1e-9, Infinity, NaN, 300);
  const matrix = { rows: 1, columns: 5 };
  const run = (overflow: 'ieee' | 'saturate') => {
    const cast = castOf('fp8_e4m3fnuz', { scale: none, overflow });
    return FORMATS.get('fp8_e4m3fnuz')!.encodeRows(values, matrix, cast, valueRange(values));
  };
  expect([...run('ieee').codes]).toEqual([0, 0, 0x80, 0x80, 0x80]);
  expect([...run('saturate').codes]).toEqual([0, 0, 0x7f, 0x80, 0x7f]);
  expect(run('saturate').saturated).toBe(1);
});

test('fp64 holds every float32, NaN and infinities too', () => {
  const values = Float32Array.of(1e-45, -0, NaN, -Infinity, 3.4e38, 1 / 3);
  const matrix = { rows: 2, columns: 3 };
  const encoded = FORMATS.get('fp64')!.encodeRows(values, matrix, castOf('fp64'), valueRange(values));
  expect([...new Float64Array(encoded.codes.buffer)]).toEqual([...values]);
  expect(FORMATS.get('fp64')!.decodeRows(encoded, matrix, castOf('fp64'))).toEqual(values);
});

test('a row of blocks is cast alike alone or among others', () => {
  const values = weights(20 * 40, 9);
  const scale: Granularity = { kind: 'block', rows: 8, columns: 16 };
  for (const format of ['fp8_e4m3', 'int8', 'fp4_e2m1']) {
    const cast = castOf(format, { scale });
    const whole = FORMATS.get(format)!.encodeRows(values, { rows: 20, columns: 40 }, cast, valueRange(values));
    const parts = [0, 8, 16].map((row) => {
      const rows = Math.min(8, 20 - row);
      const piece = values.slice(row * 40, (row + rows) * 40);
      return FORMATS.get(format)!.encodeRows(piece, { rows, columns: 40 }, cast, valueRange(values));
    });
    expect(Buffer.concat(parts.map(({ codes }) => codes)).equals(whole.codes)).toBe(true);
    expect(Buffer.concat(parts.map(({ scales }) => scales)).equals(whole.scales)).toBe(true);
  }
});

test('E8M0 scales of e4m3 blocks, as DeepSeek-V3.1 stores them, let nothing saturate', () => {
  const values = weights(256, 4);
  const cast = castOf('fp8_e4m3', { scale: group(64), scaleDtype: 'F8_E8M0' });
  const encoded = FORMATS.get('fp8_e4m3')!.encodeRows(values, { rows: 1, columns: 256 }, cast, valueRange(values));
  expect(encoded.saturated).toBe(0);
  for (const scale of unpackScales(encoded.scales, 'F8_E8M0')) expect(Number.isInteger(Math.log2(scale))).toBe(true);
});

test.each(['fp8_e5m2', 'fp6_e2m3', 'fp4_e2m1'])('%s: a fit is never worse than the largest magnitude', (format) => {
  const values = weights(8 * 64, 21).map((value, at) => (at % 61 === 0 ? value * 9 : value));
  const matrix = { rows: 8, columns: 64 };
  const errors = (fit: 'amax' | 'mse'): readonly number[] => {
    const cast = castOf(format, { scale: channel, fit });
    const encoded = FORMATS.get(format)!.encodeRows(values, matrix, cast, valueRange(values));
    const decoded = FORMATS.get(format)!.decodeRows(encoded, matrix, cast);
    return Array.from({ length: 8 }, (_, row) =>
      Array.from({ length: 64 }, (__, at) => (values[row * 64 + at]! - decoded[row * 64 + at]!) ** 2).reduce(
        (a, b) => a + b,
      ),
    );
  };
  const plainErrors = errors('amax');
  errors('mse').forEach((each, row) => expect(each).toBeLessThanOrEqual(plainErrors[row]! * (1 + 1e-12)));
});
