import { expect } from 'vitest';
import { tensorRange, valueRange } from '../../../extension/core/analysis/value-range';
import type { Cast, Granularity, MatrixShape } from '../../../extension/core/formats/format';
import { rowUnit } from '../../../extension/core/formats/row-unit';
import type { CastExports } from '../../../extension/kernels/cast-abi';
import type { CastJob } from '../../../extension/kernels/cast-kernels';
import { referenceKernels } from '../../../extension/kernels/cast-reference';
import { castSteps } from '../../../extension/kernels/cast-steps';
import { castKernels, castModule } from '../cast-module';
import { KINDS, valuesOf } from '../cast-values';

const wasm = castKernels();

export function jobOf(values: Float32Array<ArrayBuffer>, matrix: MatrixShape, cast: Cast): CastJob {
  const range = tensorRange(valueRange(values));
  return { dtype: 'F32', bytes: new Uint8Array(values.buffer), matrix, firstElement: 0, cast, range, decode: true };
}

/** Kernels and reference give the same bytes, counts, sums and values. */
export function expectSame(job: CastJob): void {
  const [actual, expected] = [wasm.cast(job), referenceKernels.cast(job)];
  expect(Buffer.from(actual.encoded.scales).equals(expected.encoded.scales)).toBe(true);
  expect(actual.encoded.more ?? new Map()).toEqual(expected.encoded.more ?? new Map());
  expect(Buffer.from(actual.encoded.codes).equals(expected.encoded.codes)).toBe(true);
  expect(actual.encoded.saturated).toBe(expected.encoded.saturated);
  expect(actual.encoded.flushed).toBe(expected.encoded.flushed);
  expect(actual.errors).toEqual(expected.errors);
  expect(expected.decoded!.findIndex((value, at) => !Object.is(value, actual.decoded![at]))).toBe(-1);
}

/** Runs of rows concatenate to the whole, whatever the runs. */
export function expectConcatenates(job: CastJob): void {
  const { rows, columns } = job.matrix;
  const whole = wasm.cast(job).encoded;
  const unit = rowUnit(job.cast, columns);
  const pieces = [];
  for (let row = 0; row < rows; row += unit) {
    const count = Math.min(unit, rows - row);
    const bytes = job.bytes.slice(row * columns * 4, (row + count) * columns * 4);
    pieces.push(wasm.cast({ ...job, bytes, matrix: { rows: count, columns } }).encoded);
  }
  expect(Buffer.concat(pieces.map(({ codes }) => codes)).equals(whole.codes)).toBe(true);
  expect(Buffer.concat(pieces.map(({ scales }) => scales)).equals(whole.scales)).toBe(true);
  const zeros = pieces.map(({ more }) => more?.get('zero-point') ?? new Uint8Array(0));
  expect(Buffer.concat(zeros).equals(whole.more?.get('zero-point') ?? new Uint8Array(0))).toBe(true);
}

/** Whether a cast goes through the kernels. */
export function hasSteps(cast: Cast): boolean {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const exports = new WebAssembly.Instance(castModule(), { env: { memory } }).exports as unknown as CastExports;
  return castSteps(exports, jobOf(new Float32Array(32), { rows: 1, columns: 32 }, cast)) !== undefined;
}

/** Shapes that fill no vector, no word and no block. */
const SMALL: readonly MatrixShape[] = [
  { rows: 1, columns: 1 },
  { rows: 3, columns: 16 },
  { rows: 5, columns: 39 },
  { rows: 13, columns: 64 },
];

/** One of several tiles. */
const TILES: MatrixShape = { rows: 67, columns: 257 };

/** Casts values of every kind in small matrices, and trained-like ones in one of several tiles. */
export function expectSameForAll(cast: Cast, seed: number): void {
  for (const kind of KINDS) {
    // A fit tries dozens of scales in the reference too.
    const large = kind === 'weights';
    const shapes = cast.fit === 'mse' ? SMALL.slice(0, 3) : large ? [...SMALL, TILES] : SMALL;
    shapes.forEach((matrix, at) => {
      expectSame(jobOf(valuesOf(kind, matrix.rows * matrix.columns, seed + at), matrix, cast));
    });
  }
}

export function scaleTitle(scale: Granularity): string {
  if (scale.kind === 'block') return `block ${scale.rows}x${scale.columns}`;
  return scale.kind === 'group' ? `group ${scale.size}` : scale.kind;
}
