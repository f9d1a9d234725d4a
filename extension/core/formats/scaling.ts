import type { StorageDtype } from '../checkpoint/storage-dtype';
import { STORAGE_BITS, elementCount } from '../checkpoint/storage-dtype';
import { e8m0Above, e8m0Value } from './block-scaled/e8m0';
import { floatBits, floatFromBits } from './floats/float-bits';
import {
  BF16_LAYOUT,
  E4M3_LAYOUT,
  FP16_LAYOUT,
  decodeFloat,
  encodeFloat,
  type FloatLayout,
} from './floats/float-codes';
import type { Cast, Granularity, MatrixShape, NumberFormat, Part, ScaleDtype, TensorRange } from './format';
import { SHRINKS, leastError, requireRowFit, type Through } from './scale-fit';

/** Consecutive row-major elements under one scale; a block is several runs, one in each of its rows. */
export interface ScaleRun {
  readonly start: number;
  readonly length: number;
  /** Which of the stored scales. */
  readonly scale: number;
}

/** E8M0 has no sign and no mantissa: it is handled by itself. */
const SCALE_LAYOUT: Readonly<Record<Exclude<ScaleDtype, 'F32' | 'F8_E8M0'>, FloatLayout>> = {
  BF16: BF16_LAYOUT,
  F16: FP16_LAYOUT,
  F8_E4M3: E4M3_LAYOUT,
};

/** Smallest positive number of each scale dtype. */
export const SMALLEST_SCALE: Readonly<Record<ScaleDtype, number>> = {
  F32: 2 ** -149,
  BF16: 2 ** -133,
  F16: 2 ** -24,
  F8_E4M3: 2 ** -9,
  F8_E8M0: 2 ** -127,
};

export function scaleBytes(dtype: ScaleDtype): number {
  return STORAGE_BITS[dtype] / 8;
}

/**
 * A float32 rounded to the dtype that scales are stored in; beyond its range the largest finite one. To nearest,
 * but a power of two (E8M0) is rounded up, so that no value saturates.
 */
export function roundScale(scale: number, dtype: ScaleDtype): number {
  if (dtype === 'F32') return Math.fround(scale);
  if (dtype === 'F8_E8M0') return e8m0Value(e8m0Above(scale));
  const layout = SCALE_LAYOUT[dtype];
  return decodeFloat(encodeFloat(floatBits(scale), layout, 'saturate').code, layout);
}

/**
 * The scale that maps the largest magnitude of a run onto the largest code: amax / largest in float32, rounded to
 * the dtype it is stored in; elements are divided by the rounded one. A run of zeros has scale 1. A scale that
 * would underflow to zero becomes the smallest positive number, so there is never a division by zero.
 */
export function storedScale(amax: number, largest: number, dtype: ScaleDtype): number {
  if (amax === 0) return 1;
  return Math.max(roundScale(Math.fround(amax / largest), dtype), SMALLEST_SCALE[dtype]);
}

/** Largest finite magnitude of a run. */
export function runAmax(values: Float32Array, { start, length }: Pick<ScaleRun, 'start' | 'length'>): number {
  let amax = 0;
  for (let at = start; at < start + length; at++) {
    const magnitude = Math.abs(values[at]!);
    if (magnitude > amax && magnitude !== Infinity) amax = magnitude;
  }
  return amax;
}

/** Columns that share a scale within a row. */
function runLength(columns: number, scale: Granularity): number {
  if (scale.kind === 'group') return scale.size;
  return scale.kind === 'block' ? scale.columns : columns;
}

/** Scales beside each other; 1 for rows of no elements. */
function scalesAcross(columns: number, scale: Granularity): number {
  return Math.max(1, Math.ceil(columns / Math.max(1, runLength(columns, scale))));
}

/**
 * The runs of whole rows that share a scale, row by row. The last group or block of a row is narrower where its size
 * does not divide the row, and the last blocks are lower. `none` and `tensor` are one run, also of no elements.
 */
export function scaleRuns({ rows, columns }: MatrixShape, scale: Granularity): readonly ScaleRun[] {
  if (scale.kind === 'none' || scale.kind === 'tensor') return [{ start: 0, length: rows * columns, scale: 0 }];
  const length = runLength(columns, scale);
  const across = scalesAcross(columns, scale);
  const height = scale.kind === 'block' ? scale.rows : 1;
  const runs: ScaleRun[] = [];
  for (let row = 0; row < rows; row++) {
    for (let run = 0; run < across; run++) {
      runs.push({
        start: row * columns + run * length,
        length: Math.min(length, columns - run * length),
        scale: Math.floor(row / height) * across + run,
      });
    }
  }
  return runs;
}

/** The runs of each stored scale, in the order of the scales. */
export function runsByScale(runs: readonly ScaleRun[]): readonly (readonly ScaleRun[])[] {
  const groups: ScaleRun[][] = [];
  for (const run of runs) (groups[run.scale] ??= []).push(run);
  return groups;
}

/**
 * Shape of the stored scales: [1] for a tensor, [.., 1] for channels, [.., groups] for groups, and
 * [.., ceil(rows / R), ceil(columns / C)] for blocks of R x C.
 */
export function scaleShape(shape: readonly number[], scale: Granularity): readonly number[] {
  if (scale.kind === 'tensor') return [1];
  const across = scalesAcross(shape.at(-1) ?? 1, scale);
  if (scale.kind !== 'block' || shape.length < 2) return [...shape.slice(0, -1), across];
  return [...shape.slice(0, -2), Math.ceil(shape.at(-2)! / scale.rows), across];
}

/** The stored scales of a tensor; none for an unscaled cast. */
export function scaleParts(shape: readonly number[], cast: Cast): readonly Part[] {
  if (cast.scale.kind === 'none') return [];
  const scales = scaleShape(shape, cast.scale);
  const dtype: StorageDtype = cast.scaleDtype;
  return [{ role: 'scale', dtype, shape: scales, bytes: elementCount(scales) * scaleBytes(cast.scaleDtype) }];
}

/** Throws unless the format takes the cast's granularity. */
export function requireGranularity(
  { id, granularities }: Pick<NumberFormat, 'id' | 'granularities'>,
  cast: Cast,
): void {
  if (granularities.includes(cast.scale.kind)) return;
  throw new Error(`${id} takes scale ${granularities.join(', ')}, not ${cast.scale.kind}`);
}

/** Scales as they lie on disk, little-endian. */
export function packScales(scales: readonly number[], dtype: ScaleDtype): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(scales.length * scaleBytes(dtype));
  const view = new DataView(bytes.buffer);
  scales.forEach((scale, at) => {
    if (dtype === 'F32') view.setFloat32(at * 4, scale, true);
    else if (dtype === 'F8_E8M0') bytes[at] = e8m0Above(scale);
    else {
      const { code } = encodeFloat(floatBits(scale), SCALE_LAYOUT[dtype], 'saturate');
      if (dtype === 'F8_E4M3') bytes[at] = code;
      else view.setUint16(at * 2, code, true);
    }
  });
  return bytes;
}

/** The inverse of `packScales`. */
export function unpackScales(bytes: Uint8Array, dtype: ScaleDtype): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / scaleBytes(dtype) }, (_, at) => {
    if (dtype === 'F32') return floatFromBits(view.getUint32(at * 4, true));
    if (dtype === 'F8_E8M0') return e8m0Value(bytes[at]!);
    return decodeFloat(dtype === 'F8_E4M3' ? bytes[at]! : view.getUint16(at * 2, true), SCALE_LAYOUT[dtype]);
  });
}

/**
 * Each stored scale of these rows; none for an unscaled cast. `range` is the whole tensor's. `through` is what a value
 * becomes under a scale: `fit: mse` needs it.
 */
export function rowScales(
  values: Float32Array,
  runs: readonly ScaleRun[],
  cast: Cast,
  range: TensorRange,
  largest: number,
  through: Through<number>,
): readonly number[] {
  if (cast.scale.kind === 'none') return [];
  if (cast.scale.kind === 'tensor') {
    requireRowFit(cast);
    return [storedScale(range.amax, largest, cast.scaleDtype)];
  }
  return runsByScale(runs).map((group) => {
    const amax = group.reduce((largest, run) => Math.max(largest, runAmax(values, run)), 0);
    if (cast.fit !== 'mse') return storedScale(amax, largest, cast.scaleDtype);
    const candidates = SHRINKS.map((shrink) => storedScale(Math.fround(amax * shrink), largest, cast.scaleDtype));
    return leastError(values, group, candidates, through);
  });
}
