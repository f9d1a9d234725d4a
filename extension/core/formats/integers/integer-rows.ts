import type { Cast, EncodedRows, MatrixShape, TensorRange } from '../format';
import { clampCode, roundInteger, type IntegerCodes } from './integer-codes';
import { integerScales, type IntegerScale } from './integer-scales';
import { scaleRuns, type ScaleRun } from '../scaling';
import { randomBits, randomKey } from '../stochastic';

/** Integer codes of whole rows before packing, with what the rounding cost. */
export interface IntegerRows extends Pick<EncodedRows, 'saturated' | 'flushed'> {
  readonly codes: Int16Array<ArrayBuffer>;
  readonly scales: readonly IntegerScale[];
}

/** What finds the scales of rows, in the order they are stored. */
export type FindScales = (
  values: Float32Array,
  runs: readonly ScaleRun[],
  cast: Cast,
  range: TensorRange,
  codes: IntegerCodes,
  through: (value: number, scale: IntegerScale) => number,
) => readonly IntegerScale[];

/** x / scale + zero point, each step in float32, rounded to a code that may lie beyond the last. */
function roundScaled(value: number, { scale, zero }: IntegerScale, random?: number): number {
  return roundInteger(Math.fround(Math.fround(value / scale) + zero), random);
}

/** (code - zero point) * scale in float32. */
function decodeInteger(code: number, { scale, zero }: IntegerScale): number {
  return Math.fround((code - zero) * scale);
}

/**
 * Casts to integers: code = round(x / scale + zero point), clamped. That is what compressed-tensors' `quantize` does:
 * a tie is one of the shifted value, so an odd zero point sends it to the other side.
 */
export function encodeIntegers(
  values: Float32Array,
  matrix: MatrixShape,
  cast: Cast,
  range: TensorRange,
  firstElement: number,
  limits: IntegerCodes,
  findScales: FindScales = integerScales,
): IntegerRows {
  const runs = scaleRuns(matrix, cast.scale);
  const scales = findScales(values, runs, cast, range, limits, (value, scale) =>
    decodeInteger(clampCode(roundScaled(value, scale), limits), scale),
  );
  const key = cast.round.kind === 'stochastic' ? randomKey(cast.round.seed) : undefined;
  const codes = new Int16Array(values.length);
  let saturated = 0;
  let flushed = 0;
  for (const { start, length, scale: index } of runs) {
    const scale = scales[index]!;
    for (let at = start; at < start + length; at++) {
      const value = values[at]!;
      const rounded = roundScaled(value, scale, key === undefined ? undefined : randomBits(key, firstElement + at));
      const code = clampCode(rounded, limits);
      codes[at] = code;
      if (!Number.isFinite(value)) continue;
      if (code !== rounded) saturated++;
      if (value !== 0 && decodeInteger(code, scale) === 0) flushed++;
    }
  }
  return { codes, scales, saturated, flushed };
}

/** The values of codes under their scales. */
export function decodeIntegers(
  codes: Int16Array,
  scales: readonly IntegerScale[],
  matrix: MatrixShape,
  cast: Cast,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(matrix.rows * matrix.columns);
  for (const { start, length, scale } of scaleRuns(matrix, cast.scale)) {
    for (let at = start; at < start + length; at++) values[at] = decodeInteger(codes[at]!, scales[scale]!);
  }
  return values;
}
