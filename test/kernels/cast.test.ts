import { describe, expect, test } from 'vitest';
import { valueRange } from '../../extension/core/analysis/value-range';
import { addErrors } from '../../extension/core/analysis/cast-error';
import type { Cast, Granularity, MatrixShape, Rounding } from '../../extension/core/formats/format';
import { FORMATS } from '../../extension/core/formats/registry';
import { rowUnit } from '../../extension/core/formats/row-unit';
import { SOURCE_DTYPES } from '../../extension/core/formats/floats/source-floats';
import type { CastJob, CastResult } from '../../extension/kernels/cast-kernels';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { castOf, channel, group, none, tensor } from '../core/formats/casts';
import { castKernels } from './cast-module';
import { KINDS, sourceBytes, valuesOf } from './cast-values';

const wasm = castKernels();

function jobOf(values: Float32Array<ArrayBuffer>, matrix: MatrixShape, cast: Cast, firstElement = 0): CastJob {
  const bytes = new Uint8Array(values.buffer);
  return { dtype: 'F32', bytes, matrix, firstElement, cast, range: valueRange(values), decode: true };
}

/** Bytes as they are, NaN by its being one: typed arrays are compared as buffers, which is fast on large ones. */
function same(actual: CastResult, expected: CastResult): void {
  const codes = (result: CastResult) => Buffer.from(result.encoded.codes).toString('hex');
  const scales = (result: CastResult) => Buffer.from(result.encoded.scales).toString('hex');
  expect(scales(actual)).toBe(scales(expected));
  expect(codes(actual)).toBe(codes(expected));
  expect([actual.encoded.saturated, actual.encoded.flushed]).toEqual([
    expected.encoded.saturated,
    expected.encoded.flushed,
  ]);
  expect([actual.nan, actual.infinite]).toEqual([expected.nan, expected.infinite]);
  expect(actual.errors).toEqual(expected.errors);
  const differs = expected.decoded?.findIndex((value, at) => !Object.is(value, actual.decoded![at])) ?? -1;
  expect(differs).toBe(-1);
}

/** Shapes that fill no vector, no word and no tile, and one of many tiles. */
const SHAPES: readonly MatrixShape[] = [
  { rows: 1, columns: 1 },
  { rows: 1, columns: 15 },
  { rows: 3, columns: 16 },
  { rows: 5, columns: 39 },
  { rows: 7, columns: 64 },
  { rows: 2, columns: 129 },
  { rows: 67, columns: 257 },
  { rows: 1, columns: 20011 },
];

const SCALES: Readonly<Record<string, readonly Granularity[]>> = {
  fp32: [none],
  bf16: [none],
  fp16: [none],
  fp8_e4m3: [none, channel, tensor],
  fp8_e5m2: [none, channel, tensor],
  int8: [channel, tensor, group(32), group(13)],
  int4: [channel, group(128), group(32), group(7)],
  nf4: [group(64), group(32), group(5)],
  sf4: [group(64), group(20), channel, tensor],
  e2m1_bnb: [group(64), group(20)],
  e2m1_sr: [group(64), channel],
  e2m1_sp: [group(64)],
  e2m1_ns: [group(64)],
  apot4: [group(64)],
  apot4_sr: [group(64)],
  apot4_sp: [group(64)],
  log4: [group(64), group(7)],
  nf3: [group(64), group(20), tensor],
  sf3: [group(64)],
  mxfp8: [group(32), group(7)],
  mxfp8_e5m2: [group(32)],
  mxint8: [group(32), group(20)],
  bfp8: [group(16), group(32), group(7)],
  mxfp6_e2m3: [group(32), group(7)],
  mxfp6_e3m2: [group(32)],
  nvfp4: [group(16), group(32), group(7)],
  mxfp4: [group(32), group(16), group(7)],
  bfp4: [group(16), group(7)],
  bfp2: [group(16), group(7)],
};

const title = (scale: Granularity): string => (scale.kind === 'group' ? `group ${scale.size}` : scale.kind);
/** Formats of fixed blocks take no such shapes: steps/ggml.test.ts. */
const cases = [...FORMATS.values()]
  .filter(({ blockSize }) => blockSize === undefined)
  .flatMap(({ id, defaultScale }) => (SCALES[id] ?? [defaultScale]).map((scale) => [id, title(scale), scale] as const));

describe.each(cases)('%s, scale %s: wasm equals the reference bit for bit', (format, _, scale) => {
  test.each(KINDS)('%s', (kind) => {
    SHAPES.forEach((matrix, at) => {
      const values = valuesOf(kind, matrix.rows * matrix.columns, 100 + at);
      for (const scaleDtype of FORMATS.get(format)!.scaleDtypes ?? (['F32', 'BF16', 'F16'] as const)) {
        for (const overflow of ['saturate', 'ieee'] as const) {
          if (scale.kind === 'none' && scaleDtype !== 'F32') continue;
          if (overflow === 'ieee' && !format.startsWith('fp') && format !== 'bf16') continue;
          const job = jobOf(values, matrix, castOf(format, { scale, scaleDtype, overflow }));
          same(wasm.cast(job), referenceKernels.cast(job));
        }
      }
    });
  });

  if (FORMATS.get(format)!.stochastic) {
    test('stochastic rounding', () => {
      for (const kind of ['weights', 'tiny', 'holes'] as const) {
        const values = valuesOf(kind, 67 * 257, 7);
        const round: Rounding = { kind: 'stochastic', seed: 2 ** 40 + 11 };
        const job = jobOf(values, { rows: 67, columns: 257 }, castOf(format, { scale, round }), 2 ** 33 + 5);
        same(wasm.cast(job), referenceKernels.cast(job));
      }
    });
  }

  test('runs of rows concatenate to the whole, error sums included', () => {
    const matrix = { rows: 131, columns: 96 };
    const round: Rounding = FORMATS.get(format)!.stochastic ? { kind: 'stochastic', seed: 1 } : { kind: 'nearest' };
    const cast = castOf(format, { scale, round });
    const job = jobOf(valuesOf('weights', matrix.rows * matrix.columns, 3), matrix, cast);
    const whole = wasm.cast(job);
    for (const rows of [1, 7, 50]) {
      const step = Math.ceil(rows / rowUnit(cast, matrix.columns)) * rowUnit(cast, matrix.columns);
      const pieces: CastResult[] = [];
      for (let row = 0; row < matrix.rows; row += step) {
        const count = Math.min(step, matrix.rows - row);
        const from = row * matrix.columns;
        const bytes = job.bytes.slice(from * 4, (from + count * matrix.columns) * 4);
        pieces.push(wasm.cast({ ...job, bytes, matrix: { rows: count, columns: matrix.columns }, firstElement: from }));
      }
      expect(Buffer.concat(pieces.map(({ encoded }) => encoded.codes)).equals(whole.encoded.codes)).toBe(true);
      if (scale.kind !== 'tensor') {
        expect(Buffer.concat(pieces.map(({ encoded }) => encoded.scales)).equals(whole.encoded.scales)).toBe(true);
      }
      expect(pieces.map(({ errors }) => errors).reduce(addErrors)).toEqual(whole.errors);
    }
  });
});

describe('source dtypes', () => {
  test.each(SOURCE_DTYPES)('%s: any bit pattern is widened as in the reference', (dtype) => {
    const matrix = { rows: 41, columns: 801 };
    const bytes = sourceBytes(dtype, matrix.rows * matrix.columns, 5);
    const range = { min: 0, max: 0, amax: 0 };
    const job: CastJob = { dtype, bytes, matrix, firstElement: 0, cast: castOf('fp32'), range, decode: true };
    const [actual, expected] = [wasm.cast(job), referenceKernels.cast(job)];
    expect(actual.decoded).toEqual(expected.decoded);
    expect(actual.errors).toEqual(expected.errors);
    expect([actual.nan, actual.infinite]).toEqual([expected.nan, expected.infinite]);
    expect(wasm.range(dtype, bytes)).toEqual(referenceKernels.range(dtype, bytes));
  });

  test('others are refused', () => {
    expect(() => wasm.range('I32', new Uint8Array(4))).toThrow("I32 values can't be read");
    expect(() => wasm.range('F32', new Uint8Array(5))).toThrow('5 bytes are no whole number of F32 values');
  });
});

describe('ranges', () => {
  test.each(KINDS)('%s', (kind) => {
    for (const count of [0, 1, 3, 4, 5, 31, 16384, 40003]) {
      const bytes = new Uint8Array(valuesOf(kind, count, count + 1).buffer);
      expect(wasm.range('F32', bytes)).toEqual(referenceKernels.range('F32', bytes));
    }
  });
});

test('empty tensors have the parts their plan says', () => {
  for (const format of FORMATS.values()) {
    for (const shape of [
      { rows: 0, columns: 512 },
      { rows: 3, columns: 0 },
    ]) {
      const cast = castOf(format.id);
      const { encoded } = wasm.cast(jobOf(new Float32Array(0), shape, cast));
      const parts = format.parts([shape.rows, shape.columns], cast);
      expect(encoded.codes).toHaveLength(parts.find(({ role }) => role === 'codes')!.bytes);
      expect(encoded.scales).toHaveLength(parts.find(({ role }) => role === 'scale')?.bytes ?? 0);
    }
  }
});

test('bytes that do not fit the shape, and scales a format does not take, are refused', () => {
  const job = jobOf(new Float32Array(8), { rows: 3, columns: 3 }, castOf('bf16'));
  expect(() => wasm.cast(job)).toThrow('8 values were given for 3 rows of 3');
  const scaled = jobOf(new Float32Array(9), { rows: 3, columns: 3 }, castOf('bf16', { scale: channel }));
  expect(() => wasm.cast(scaled)).toThrow('bf16 takes scale none, not channel');
});
