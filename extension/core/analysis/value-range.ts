import type { TensorRange } from '../formats/format';

/** Range of the finite values of a run, and how many are not finite. */
export interface ValueRange extends Omit<TensorRange, 'meanMagnitude'> {
  readonly nan: number;
  readonly infinite: number;
  readonly finite: number;
  /** Sum of the finite magnitudes in float64, added in four sums by place modulo 4. */
  readonly magnitudes: number;
}

/** Range of no values at all. */
export const NO_VALUES: ValueRange = { min: 0, max: 0, amax: 0, nan: 0, infinite: 0, finite: 0, magnitudes: 0 };

/** Reference of the wasm kernel. Zeros come out as +0. */
export function valueRange(values: Float32Array): ValueRange {
  let min = Infinity;
  let max = -Infinity;
  let nan = 0;
  let infinite = 0;
  const sums = [0, 0, 0, 0];
  values.forEach((value, at) => {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
      sums[at % 4]! += Math.abs(value);
    }
  });
  const finite = values.length - nan - infinite;
  if (finite === 0) return { ...NO_VALUES, nan, infinite };
  const magnitudes = sums[0]! + sums[2]! + (sums[1]! + sums[3]!);
  // Adding zero turns -0 into 0: which of the two came first must not show.
  const amax = Math.max(Math.abs(min), Math.abs(max));
  return { min: min + 0, max: max + 0, amax, nan, infinite, finite, magnitudes };
}

/** Range of two runs of one tensor together. Sums are added in the order of the runs. */
export function addRanges(a: ValueRange, b: ValueRange): ValueRange {
  const nan = a.nan + b.nan;
  const infinite = a.infinite + b.infinite;
  if (a.finite === 0) return { ...b, nan, infinite };
  if (b.finite === 0) return { ...a, nan, infinite };
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    amax: Math.max(a.amax, b.amax),
    nan,
    infinite,
    finite: a.finite + b.finite,
    magnitudes: a.magnitudes + b.magnitudes,
  };
}

/** What a cast wants to know of a tensor, from the range of all its values. */
export function tensorRange({ min, max, amax, finite, magnitudes }: ValueRange): TensorRange {
  return { min, max, amax, meanMagnitude: finite === 0 ? 0 : magnitudes / finite };
}
