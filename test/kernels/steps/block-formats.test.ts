import { describe, expect, test } from 'vitest';
import { valueRange } from '../../../extension/core/analysis/value-range';
import type { Cast, MatrixShape } from '../../../extension/core/formats/format';
import { FORMATS } from '../../../extension/core/formats/registry';
import type { CastExports } from '../../../extension/kernels/cast-abi';
import type { CastJob } from '../../../extension/kernels/cast-kernels';
import { referenceKernels } from '../../../extension/kernels/cast-reference';
import { castSteps } from '../../../extension/kernels/cast-steps';
import { castOf, group } from '../../core/formats/casts';
import { denseBlocks } from '../../core/formats/dense-blocks';
import { castKernels, castModule } from '../cast-module';
import { KINDS, valuesOf } from '../cast-values';

const MX = ['mxfp8', 'mxfp8_e5m2', 'mxfp6_e2m3', 'mxfp6_e3m2', 'mxfp4', 'mxint8'] as const;
const ALL = [...MX, 'nvfp4', 'bfp8', 'bfp4', 'bfp2'] as const;

const wasm = castKernels();

function jobOf(values: Float32Array<ArrayBuffer>, matrix: MatrixShape, cast: Cast): CastJob {
  const bytes = new Uint8Array(values.buffer);
  return { dtype: 'F32', bytes, matrix, firstElement: 0, cast, range: valueRange(values), decode: true };
}

/** Both give the same bytes, counts, sums and values. */
function same(job: CastJob): void {
  const [actual, expected] = [wasm.cast(job), referenceKernels.cast(job)];
  expect(Buffer.from(actual.encoded.scales).equals(expected.encoded.scales)).toBe(true);
  expect(Buffer.from(actual.encoded.codes).equals(expected.encoded.codes)).toBe(true);
  expect(actual.encoded.saturated).toBe(expected.encoded.saturated);
  expect(actual.encoded.flushed).toBe(expected.encoded.flushed);
  expect(actual.errors).toEqual(expected.errors);
  expect(expected.decoded!.findIndex((value, at) => !Object.is(value, actual.decoded![at]))).toBe(-1);
}

/** Whether a job goes through the kernels. */
function hasSteps(cast: Cast): boolean {
  const exports = new WebAssembly.Instance(castModule(), {
    env: { memory: new WebAssembly.Memory({ initial: 16, maximum: 65536 }) },
  }).exports as unknown as CastExports;
  return castSteps(exports, jobOf(new Float32Array(32), { rows: 1, columns: 32 }, cast)) !== undefined;
}

const SHAPES: readonly MatrixShape[] = [
  { rows: 1, columns: 32 },
  { rows: 3, columns: 39 },
  { rows: 5, columns: 128 },
  { rows: 67, columns: 257 },
];

describe.each(ALL)('%s', (format) => {
  test('has kernels, with all its options', () => {
    expect(hasSteps(castOf(format))).toBe(true);
    expect(hasSteps(castOf(format, { rotate: 64 }))).toBe(true);
    if (FORMATS.get(format)!.options!.includes('fit')) expect(hasSteps(castOf(format, { fit: 'mse' }))).toBe(true);
  });

  test('blocks under every exponent: wasm equals the reference bit for bit', () => {
    const values = denseBlocks(255 * 8, 32);
    for (const columns of [32, 96, 160]) {
      const rows = Math.floor(values.length / columns);
      same(jobOf(values.slice(0, rows * columns), { rows, columns }, castOf(format)));
    }
  });

  // The rotation of a NaN has no sign to speak of, and that of huge values is infinite: neither is cast.
  test.each(['weights', 'zeros', 'tiny', 'outliers'] as const)('rotated %s', (kind) => {
    for (const rotate of [2, 4, 32, 128, 1024]) {
      for (const matrix of SHAPES) {
        same(jobOf(valuesOf(kind, matrix.rows * matrix.columns, rotate), matrix, castOf(format, { rotate })));
      }
    }
  });
});

describe.each(MX)('%s, scale rounded up', (format) => {
  test.each(KINDS)('%s', (kind) => {
    SHAPES.forEach((matrix, at) => {
      const values = valuesOf(kind, matrix.rows * matrix.columns, at + 1);
      for (const scale of [group(32), group(7)])
        same(jobOf(values, matrix, castOf(format, { scaleRound: 'up', scale })));
    });
    same(jobOf(denseBlocks(255 * 8, 32), { rows: 255 * 8, columns: 32 }, castOf(format, { scaleRound: 'up' })));
  });
});

describe.each([...MX, 'nvfp4'])('%s, scales of least error', (format) => {
  test.each(KINDS)('%s', (kind) => {
    const matrix = { rows: 23, columns: 135 };
    for (const scale of [FORMATS.get(format)!.defaultScale, group(7)]) {
      same(jobOf(valuesOf(kind, 23 * 135, 9), matrix, castOf(format, { fit: 'mse', scale })));
    }
  });

  test('blocks under every exponent, and with stochastic rounding', () => {
    const values = denseBlocks(255 * 2, 32);
    const matrix = { rows: 255, columns: 64 };
    same(jobOf(values, matrix, castOf(format, { fit: 'mse' })));
    same(jobOf(values, matrix, castOf(format, { fit: 'mse', round: { kind: 'stochastic', seed: 3 } })));
  });
});

test('rotated int8 and int4 go through their kernels between two rotations', () => {
  for (const format of ['int8', 'int4']) {
    const cast = castOf(format, { scale: group(32), rotate: 32 });
    expect(hasSteps(cast)).toBe(true);
    same(jobOf(valuesOf('outliers', 67 * 257, 5), { rows: 67, columns: 257 }, cast));
  }
});
