import type { TensorRange } from '../formats/format';

/** Range of the finite values of a tensor, and how many are not finite. */
export interface ValueRange extends TensorRange {
  readonly nan: number;
  readonly infinite: number;
}

/** Range of no values at all; also what an all-NaN tensor has. */
export const NO_RANGE: TensorRange = { min: 0, max: 0, amax: 0 };

/** Reference of the wasm kernel. Zeros come out as +0. */
export function valueRange(values: Float32Array): ValueRange {
  let min = Infinity;
  let max = -Infinity;
  let nan = 0;
  let infinite = 0;
  for (const value of values) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (min > max) return { ...NO_RANGE, nan, infinite };
  // Adding zero turns -0 into 0: which of the two came first must not show.
  return { min: min + 0, max: max + 0, amax: Math.max(Math.abs(min), Math.abs(max)), nan, infinite };
}
