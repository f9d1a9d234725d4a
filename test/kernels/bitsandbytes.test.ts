import { expect, test } from 'vitest';
import { addErrors } from '../../extension/core/analysis/cast-error';
import type { Cast, MatrixShape, TensorRange } from '../../extension/core/formats/format';
import { rowUnit } from '../../extension/core/formats/row-unit';
import type { CastJob } from '../../extension/kernels/cast-kernels';
import { referenceKernels } from '../../extension/kernels/cast-reference';
import { castOf, group } from '../core/formats/casts';
import { castKernels } from './cast-module';
import { KINDS, valuesOf } from './cast-values';
import { sameResult } from './same-result';

const wasm = castKernels();

const SHAPES: readonly MatrixShape[] = [
  { rows: 1, columns: 1 },
  { rows: 5, columns: 39 },
  { rows: 67, columns: 257 },
  { rows: 40, columns: 1024 },
];

function jobOf(values: Float32Array<ArrayBuffer>, matrix: MatrixShape, cast: Cast, meanScale: number): CastJob {
  const range: TensorRange = { min: 0, max: 0, amax: 0, meanScale };
  return { dtype: 'F32', bytes: new Uint8Array(values.buffer), matrix, firstElement: 0, cast, range, decode: true };
}

test.each(['nf4', 'e2m1_bnb'])('%s with nested scales is that of the reference, bit for bit', (id) => {
  for (const kind of KINDS) {
    for (const matrix of SHAPES) {
      for (const size of [64, 20]) {
        for (const changes of [{}, { rotate: 8 }]) {
          const values = valuesOf(kind, matrix.rows * matrix.columns, 31);
          const job = jobOf(values, matrix, castOf(id, { scale: group(size), nested: true, ...changes }), 0.0625);
          sameResult(wasm.cast(job), referenceKernels.cast(job));
        }
      }
    }
  }
});

test('runs of rows with nested scales concatenate to the whole', () => {
  const matrix = { rows: 100, columns: 1024 };
  const cast = castOf('nf4', { nested: true });
  const unit = rowUnit(cast, matrix.columns);
  expect(unit).toBe(16);
  const values = valuesOf('weights', matrix.rows * matrix.columns, 32);
  const whole = wasm.cast(jobOf(values, matrix, cast, 0.09));
  const runs = Array.from({ length: Math.ceil(matrix.rows / 32) }, (_, at) => {
    const run = values.slice(at * 32 * matrix.columns, (at + 1) * 32 * matrix.columns);
    return wasm.cast(jobOf(run, { rows: run.length / matrix.columns, columns: matrix.columns }, cast, 0.09));
  });
  const joined = (part: (result: (typeof runs)[number]) => Uint8Array): Buffer => Buffer.concat(runs.map(part));
  expect(joined(({ encoded }) => encoded.codes).equals(whole.encoded.codes)).toBe(true);
  expect(joined(({ encoded }) => encoded.scales).equals(whole.encoded.scales)).toBe(true);
  const nested = whole.encoded.more!.get('nested-scale')!;
  expect(joined(({ encoded }) => encoded.more!.get('nested-scale')!).equals(nested)).toBe(true);
  expect(runs.map(({ errors }) => errors).reduce(addErrors)).toEqual(whole.errors);
});
