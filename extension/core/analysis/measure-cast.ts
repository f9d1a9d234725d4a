import type { MatrixShape } from '../formats/format';
import type { CastErrorSums } from './cast-error';

/**
 * Errors of a cast, row by row, from the source in float32 and what the stored bytes decode to. Reference of the
 * wasm kernel, which adds in the same order: within a row four sums by column modulo 4, then the rows in order. Each
 * row's sum is first rounded to 26 bits, which leaves room to add rows exactly, so that the result does not depend
 * on how the rows were cut into runs (unless rows differ by more than 2^27 in energy).
 *
 * Squares are added in float32, at most 8 to a sum, before these go to float64: that is off by 2^-22 at worst and, as
 * roundings are as often up as down, by less than the 26 bits. Rows whose squares might leave the range of float32, or
 * that hold other than numbers, are added in float64 throughout.
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
    const start = row * matrix.columns;
    const from = source.subarray(start, start + matrix.columns);
    const to = cast.subarray(start, start + matrix.columns);
    const sums = shortSums(from, to) ?? longSums(from, to);
    signal += rounded(sums.signal);
    noise += rounded(sums.noise);
    maxAbsolute = Math.max(maxAbsolute, sums.largest);
  }
  const { saturated, flushed } = counts;
  return { elements: matrix.rows * matrix.columns, signal, noise, maxAbsolute, saturated, flushed };
}

interface RowSums {
  readonly signal: number;
  readonly noise: number;
  readonly largest: number;
}

/** Columns whose squares are added in float32: 8 to each of the four sums. */
const SHORT = 32;

/** From these on nothing of weight is lost to the range of float32: energy of a row, and its largest error. */
const LEAST_SIGNAL = 2 ** -60;
const LEAST_ERROR = 2 ** -30;

/** Undefined for a row that has to be added in float64. */
function shortSums(source: Float32Array, cast: Float32Array): RowSums | undefined {
  const signals = new Float64Array(4);
  const noises = new Float64Array(4);
  let largest = 0;
  const whole = source.length - (source.length % 4);
  for (let start = 0, end = 0; start < source.length; start = end) {
    // The last columns that don't make up four are added by themselves.
    end = start < whole ? Math.min(whole, start + SHORT) : source.length;
    const signal = new Float32Array(4);
    const noise = new Float32Array(4);
    for (let column = start; column < end; column++) {
      const x = source[column]!;
      const difference = Math.fround(x - cast[column]!);
      signal[column % 4]! += Math.fround(x * x);
      noise[column % 4]! += Math.fround(difference * difference);
      largest = Math.max(largest, Math.abs(difference));
    }
    signal.forEach((sum, lane) => (signals[lane]! += sum));
    noise.forEach((sum, lane) => (noises[lane]! += sum));
  }
  const sums = { signal: sumOf(signals), noise: sumOf(noises), largest };
  const inRange = sums.signal < Infinity && sums.noise < Infinity && sums.signal >= LEAST_SIGNAL;
  return inRange && (largest === 0 || largest >= LEAST_ERROR) ? sums : undefined;
}

function longSums(source: Float32Array, cast: Float32Array): RowSums {
  const signals = new Float64Array(4);
  const noises = new Float64Array(4);
  let largest = 0;
  source.forEach((x, column) => {
    if (!Number.isFinite(x)) return;
    const y = cast[column]!;
    const difference = Number.isFinite(y) ? Math.abs(x - y) : Infinity;
    signals[column % 4]! += x * x;
    noises[column % 4]! += difference * difference;
    largest = Math.max(largest, difference);
  });
  return { signal: sumOf(signals), noise: sumOf(noises), largest };
}

function sumOf(lanes: Float64Array): number {
  return lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!);
}

/** To 26 significant bits (Veltkamp's splitting). */
function rounded(sum: number): number {
  if (sum === Infinity) return sum;
  const split = sum * 134217729;
  return split - (split - sum);
}
