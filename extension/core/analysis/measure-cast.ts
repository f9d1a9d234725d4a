import type { MatrixShape } from '../formats/format';
import type { CastErrorSums } from './cast-error';

/**
 * Errors of a cast, row by row, from the source in float32 and what the stored bytes decode to. Reference of the
 * wasm kernel, which adds in the same order: within a row four sums by column modulo 4, then the rows in order. Each
 * row's sum is first rounded to 26 bits, which leaves room to add rows exactly, so that the result does not depend
 * on how the rows were cut into runs (unless rows differ by more than 2^27 in energy).
 *
 * A NaN or infinite source value counts as an element and adds nothing; a finite one that became NaN or infinite
 * makes `noise` and `maxAbsolute` infinite.
 */
export function measureCast(
  source: Float32Array,
  cast: Float32Array,
  matrix: MatrixShape,
  counts: Pick<CastErrorSums, 'saturated' | 'flushed'>,
): CastErrorSums {
  let signal = 0;
  let noise = 0;
  let maxAbsolute = 0;
  for (let row = 0; row < matrix.rows; row++) {
    const signals = [0, 0, 0, 0];
    const noises = [0, 0, 0, 0];
    for (let column = 0; column < matrix.columns; column++) {
      const x = source[row * matrix.columns + column]!;
      if (!Number.isFinite(x)) continue;
      const y = cast[row * matrix.columns + column]!;
      const difference = Number.isFinite(y) ? Math.abs(x - y) : Infinity;
      signals[column % 4]! += x * x;
      noises[column % 4]! += difference * difference;
      maxAbsolute = Math.max(maxAbsolute, difference);
    }
    signal += rowSum(signals);
    noise += rowSum(noises);
  }
  const { saturated, flushed } = counts;
  return { elements: matrix.rows * matrix.columns, signal, noise, maxAbsolute, saturated, flushed };
}

/** Sum of the four, to 26 significant bits (Veltkamp's splitting). */
function rowSum([a, b, c, d]: readonly number[]): number {
  const sum = a! + c! + (b! + d!);
  if (sum === Infinity) return sum;
  const split = sum * 134217729;
  return split - (split - sum);
}
