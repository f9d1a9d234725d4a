import { expect, test } from 'vitest';
import { valueRange } from '../../extension/core/analysis/value-range';
import { FORMATS } from '../../extension/core/formats/registry';
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

test.each(['int8', 'int4', 'fp8_e4m3', 'fp8_e5m2'])('%s: values a few steps from a tie', (format) => {
  const { largest } = FORMATS.get(format)!;
  const cast = castOf(format, { scale: channel });
  // One such value a row: what is divided after all is divided together with its neighbours.
  const rows = LARGEST.flatMap((amax) =>
    ties(format).flatMap((tie) => {
      const value = Math.fround(tie * Math.fround(amax / largest));
      return OFFSETS.map((steps) => [amax, stepped(value, steps), ...Array<number>(COLUMNS - 2).fill(-amax)]);
    }),
  );
  const values = Float32Array.from(rows.flat());
  const job = {
    dtype: 'F32' as const,
    bytes: new Uint8Array(values.buffer),
    matrix: { rows: rows.length, columns: COLUMNS },
    firstElement: 0,
    cast,
    range: valueRange(values),
    decode: false,
  };
  const [actual, expected] = [wasm.cast(job), referenceKernels.cast(job)];
  const differing = expected.encoded.codes.findIndex((code, at) => code !== actual.encoded.codes[at]);
  expect(differing).toBe(-1);
  expect(actual.encoded.saturated).toBe(expected.encoded.saturated);
});
