import type { Cast, EncodedRows, MatrixShape, TensorRange } from './format';
import { clampInteger, roundInteger } from './integer-codes';
import { packScales, rowScales, scaleRuns, unpackScales } from './scaling';
import { randomBits, randomKey } from './stochastic';

/** Integer codes of whole rows before packing, with what the rounding cost. */
export interface IntegerRows extends Omit<EncodedRows, 'codes'> {
  readonly codes: Int8Array<ArrayBuffer>;
}

/**
 * Symmetric integer cast: scale = amax / limit, code = round(x / scale) clamped to -limit .. limit. The code
 * -(limit + 1) stays unused, so that a weight and its negative cost the same. compressed-tensors' own observer
 * computes amax / (limit + 1/2) and may use it; its loaders read either.
 */
export function encodeIntegers(
  values: Float32Array,
  matrix: MatrixShape,
  cast: Cast,
  range: TensorRange,
  firstElement: number,
  limit: number,
): IntegerRows {
  const runs = scaleRuns(matrix, cast.scale);
  const scales = rowScales(values, runs, cast, range, limit);
  const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : undefined;
  const codes = new Int8Array(values.length);
  let saturated = 0;
  let flushed = 0;
  runs.forEach(({ start, length }, run) => {
    for (let at = start; at < start + length; at++) {
      const value = values[at]!;
      const random = key === undefined ? undefined : randomBits(key, firstElement + at);
      const rounded = roundInteger(Math.fround(value / scales[run]!), random);
      const code = clampInteger(rounded, limit);
      codes[at] = code;
      if (code !== rounded && Number.isFinite(value)) saturated++;
      if (Math.fround(code * scales[run]!) === 0 && value !== 0 && Number.isFinite(value)) flushed++;
    }
  });
  return { codes, scales: packScales(scales, cast.scaleDtype), saturated, flushed };
}

/** code * scale in float32. */
export function decodeIntegers(
  codes: Int8Array,
  scales: Uint8Array,
  matrix: MatrixShape,
  cast: Cast,
): Float32Array<ArrayBuffer> {
  const stored = unpackScales(scales, cast.scaleDtype);
  const values = new Float32Array(matrix.rows * matrix.columns);
  scaleRuns(matrix, cast.scale).forEach(({ start, length }, run) => {
    for (let at = start; at < start + length; at++) values[at] = codes[at]! * stored[run]!;
  });
  return values;
}
