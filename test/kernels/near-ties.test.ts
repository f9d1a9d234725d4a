import { expect, test } from 'vitest';
import { valueRange } from '../../extension/core/analysis/value-range';
import type { Cast } from '../../extension/core/formats/format';
import { FORMATS } from '../../extension/core/formats/registry';
import { FP16_LAYOUT, decodeFloat } from '../../extension/core/formats/floats/float-codes';
import type { CastJob } from '../../extension/kernels/cast-kernels';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { castOf, channel } from '../core/formats/casts';
import { castKernels } from './cast-module';

// Kernels that multiply by a reciprocal are apart from the quotient by some units in the last place: the code differs
// where a tie lies between.
const wasm = castKernels();
const word = new DataView(new ArrayBuffer(4));

/** The float `steps` floats above a positive one. */
function stepped(value: number, steps: number): number {
  word.setFloat32(0, value);
  word.setInt32(0, word.getInt32(0) + steps);
  return word.getFloat32(0);
}

/** Halfway between neighbouring code points. */
function ties(format: string): readonly number[] {
  const codes = FORMATS.get(format)!.codePoints!.filter((code) => code >= 0);
  return codes.slice(1).map((code, at) => (code + codes[at]!) / 2);
}

/** Largest magnitudes whose scales have all kinds of mantissas and exponents. */
const LARGEST = Array.from({ length: 8 }, (_, at) => Math.fround(1.0773 ** at * 2 ** (at * 5 - 20)));
const OFFSETS = Array.from({ length: 13 }, (_, at) => at - 6);
const COLUMNS = 16;

function jobOf(values: Float32Array<ArrayBuffer>, columns: number, cast: Cast): CastJob {
  const bytes = new Uint8Array(values.buffer);
  const matrix = { rows: values.length / columns, columns };
  return { dtype: 'F32', bytes, matrix, firstElement: 0, cast, range: valueRange(values), decode: true };
}

function expectSame(values: Float32Array<ArrayBuffer>, columns: number, cast: Cast): void {
  const job = jobOf(values, columns, cast);
  const [actual, expected] = [wasm.cast(job), referenceKernels.cast(job)];
  const differing = expected.encoded.codes.findIndex((code, at) => code !== actual.encoded.codes[at]);
  expect(differing).toBe(-1);
  expect(actual.encoded.saturated).toBe(expected.encoded.saturated);
}

test.each(['int8', 'int4', 'fp8_e4m3', 'fp8_e5m2', 'fp4_e2m1'])('%s: values a few steps from a tie', (format) => {
  const { largest } = FORMATS.get(format)!;
  const cast = castOf(format, { scale: channel });
  // One such value a row: what is divided after all is divided together with its neighbours.
  const rows = LARGEST.flatMap((amax) =>
    ties(format).flatMap((tie) => {
      const value = Math.fround(tie * Math.fround(amax / largest));
      return OFFSETS.map((steps) => [amax, stepped(value, steps), ...Array<number>(COLUMNS - 2).fill(-amax)]);
    }),
  );
  expectSame(Float32Array.from(rows.flat()), COLUMNS, cast);
});

/** What a code of 1 stands for in a block whose largest magnitude is each of `LARGEST`. */
function blockScales(cast: Cast, size: number): readonly number[] {
  const blocks = LARGEST.flatMap((amax) => Array<number>(size).fill(amax));
  const { encoded, decoded } = referenceKernels.cast(jobOf(Float32Array.from(blocks), size, cast));
  // All of a block of NVFP4 become the largest code, 6; the scales of the others are powers of two.
  return LARGEST.map((_, at) =>
    cast.format === 'nvfp4' ? decoded![at * size]! / 6 : 2 ** (encoded.scales[at]! - 127),
  );
}

test.each(['nvfp4', 'mxfp4', 'mxfp8', 'mxfp8_e5m2', 'mxfp6_e2m3', 'mxfp6_e3m2', 'mxint8'])(
  '%s: values a few steps from a tie, of either sign',
  (format) => {
    const cast = castOf(format);
    const size = cast.scale.kind === 'group' ? cast.scale.size : 1;
    const scales = blockScales(cast, size);
    const rows = LARGEST.flatMap((amax, at) =>
      ties(format).flatMap((tie) =>
        OFFSETS.map((steps) => {
          const near = Math.min(amax, stepped(Math.fround(tie * scales[at]!), steps));
          return [amax, near, -near, ...Array<number>(size - 3).fill(-amax / 2)];
        }),
      ),
    );
    expectSame(Float32Array.from(rows.flat()), size, cast);
  },
);

test('fp16: values at, and a step on either side of, every tie and every code point', () => {
  const points = Array.from({ length: 0x7c01 }, (_, code) => decodeFloat(Math.min(code, 0x7bff), FP16_LAYOUT));
  const values = points.flatMap((point, at) => {
    const tie = Math.fround((point + (points[at + 1] ?? point)) / 2);
    return [point, stepped(point, 1), tie, tie > 0 ? stepped(tie, -1) : 0, -stepped(tie, 1), -tie];
  });
  expectSame(Float32Array.from(values.slice(0, values.length - (values.length % 16))), 16, castOf('fp16'));
});
