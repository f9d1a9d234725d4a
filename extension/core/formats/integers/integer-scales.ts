import type { Cast, TensorRange } from '../format';
import { clampCode, roundInteger, type IntegerCodes } from './integer-codes';
import { SHRINKS, leastError, requireRowFit } from '../scale-fit';
import { SMALLEST_SCALE, roundScale, runAmax, runsByScale, storedScale, type ScaleRun } from '../scaling';

/** A stored scale with its zero point: the code that stands for 0, always 0 in a symmetric cast. */
export interface IntegerScale {
  readonly scale: number;
  readonly zero: number;
}

/**
 * The scale and zero point that map min .. max, widened to hold 0, onto all codes: scale = (max - min) / (2^b - 1) in
 * float32, rounded to the dtype it is stored in; zero = lowest - min / scale with the scale as stored, rounded to
 * nearest even and clamped. That is compressed-tensors' `calculate_qparams`. A run of zeros has scale 1.
 */
export function asymmetricScale(min: number, max: number, codes: IntegerCodes, cast: Cast): IntegerScale {
  const low = Math.min(min, 0);
  const high = Math.max(max, 0);
  const spread = Math.fround(high - low);
  // The difference of two float32 may be more than the largest one.
  const wanted =
    spread === Infinity ? Math.fround(high / codes.steps - low / codes.steps) : Math.fround(spread / codes.steps);
  const scale = spread === 0 ? 1 : Math.max(roundScale(wanted, cast.scaleDtype), SMALLEST_SCALE[cast.scaleDtype]);
  const zero = Math.fround(codes.lowest - Math.fround(low / scale));
  return { scale, zero: clampCode(roundInteger(zero), codes) };
}

/** Each scale of these rows. `range` is the whole tensor's; `through` is what a value becomes under a scale. */
export function integerScales(
  values: Float32Array,
  runs: readonly ScaleRun[],
  cast: Cast,
  range: TensorRange,
  codes: IntegerCodes,
  through: (value: number, scale: IntegerScale) => number,
): readonly IntegerScale[] {
  const of = (min: number, max: number, amax: number, shrink = 1): IntegerScale =>
    cast.symmetric === false
      ? asymmetricScale(Math.fround(min * shrink), Math.fround(max * shrink), codes, cast)
      : { scale: storedScale(Math.fround(amax * shrink), codes.steps, cast.scaleDtype), zero: 0 };
  if (cast.scale.kind === 'tensor') {
    requireRowFit(cast);
    return [of(range.min, range.max, range.amax)];
  }
  return runsByScale(runs).map((group) => {
    const { min, max } = runRange(values, group);
    const amax = group.reduce((largest, run) => Math.max(largest, runAmax(values, run)), 0);
    if (cast.fit !== 'mse') return of(min, max, amax);
    return leastError(
      values,
      group,
      SHRINKS.map((shrink) => of(min, max, amax, shrink)),
      through,
    );
  });
}

/** Least and largest finite value of some runs, zero among them. */
function runRange(values: Float32Array, runs: readonly ScaleRun[]): { readonly min: number; readonly max: number } {
  let min = 0;
  let max = 0;
  for (const { start, length } of runs) {
    for (let at = start; at < start + length; at++) {
      const value = values[at]!;
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { min, max };
}
