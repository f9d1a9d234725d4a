import { nearestCode, overflows, type Codebook } from './codebook';
import type { Cast, EncodedRows, MatrixShape, TensorRange } from '../format';
import { packRows, packedRowBytes, unpackRows } from '../block-scaled/mx-packing';
import { packScales, rowScales, scaleRuns, unpackScales } from '../scaling';

/** Codes of more bits than this lie one in a byte. */
const MOST_PACKED_BITS = 4;

/** Bits that a stored code takes. */
export function storedBits({ bits }: Codebook): number {
  return bits > MOST_PACKED_BITS ? 8 : bits;
}

/** Shape of the stored codes of a tensor, in bytes. */
export function codebookCodesShape(shape: readonly number[], codebook: Codebook): readonly number[] {
  const bits = storedBits(codebook);
  return bits === 8 ? shape : [...shape.slice(0, -1), packedRowBytes(shape.at(-1) ?? 1, bits)];
}

/**
 * Casts whole rows: the code nearest to x / scale, the quotient in float32, with scale = amax / largest code or, under
 * `fit: mse`, a smaller one.
 */
export function encodeCodebook(
  values: Float32Array,
  matrix: MatrixShape,
  cast: Cast,
  range: TensorRange,
  codebook: Codebook,
): EncodedRows {
  const runs = scaleRuns(matrix, cast.scale);
  const through = (value: number, scale: number): number =>
    Math.fround(codebook.codes[nearestCode(codebook, Math.fround(value / scale))]! * scale);
  const scales = rowScales(values, runs, cast, range, codebook.largest, through);
  const codes = new Uint8Array(values.length);
  let saturated = 0;
  let flushed = 0;
  for (const { start, length, scale: stored } of runs) {
    const scale = scales[stored]!;
    for (let at = start; at < start + length; at++) {
      const value = values[at]!;
      const scaled = Math.fround(value / scale);
      const code = nearestCode(codebook, scaled);
      codes[at] = code;
      if (!Number.isFinite(value)) continue;
      if (overflows(codebook, scaled)) saturated++;
      if (Math.fround(codebook.codes[code]! * scale) === 0 && value !== 0) flushed++;
    }
  }
  return {
    codes: packRows(codes, matrix, storedBits(codebook)),
    scales: packScales(scales, cast.scaleDtype),
    saturated,
    flushed,
  };
}

/** The inverse: code value * scale in float32. */
export function decodeCodebook(
  { codes, scales }: Pick<EncodedRows, 'codes' | 'scales'>,
  matrix: MatrixShape,
  cast: Cast,
  codebook: Codebook,
): Float32Array<ArrayBuffer> {
  const unpacked = unpackRows(codes, matrix, storedBits(codebook));
  const stored = unpackScales(scales, cast.scaleDtype);
  const values = new Float32Array(matrix.rows * matrix.columns);
  for (const { start, length, scale } of scaleRuns(matrix, cast.scale)) {
    for (let at = start; at < start + length; at++) values[at] = codebook.codes[unpacked[at]!]! * stored[scale]!;
  }
  return values;
}
