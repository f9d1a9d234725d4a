import { largestOf } from './extremes';
import { readHalf, writeHalf } from './half';
import { clamp, nearestInt } from './rounding';
import { searchScaleMin, type ScaleMinSearch } from './scale-min-search';

const f = Math.fround;

/** Runs of a block of Q4_K or Q5_K, and values of a run. */
const RUNS = 8;
const RUN = 32;
const LARGEST = 63;

/** Where a block keeps the units of its scales and minimums, and the 12 bytes of these. */
const D = 0;
const DMIN = 2;
const SCALES = 4;

/** Scale and minimum of a run as stored, times their units: what its codes are multiplied by, what is subtracted. */
export function kScaleMin(
  bytes: Uint8Array,
  at: number,
  run: number,
): { readonly scale: number; readonly min: number } {
  return {
    scale: f(readHalf(bytes, at + D) * scaleCode(bytes, at + SCALES, run)),
    min: f(readHalf(bytes, at + DMIN) * minCode(bytes, at + SCALES, run)),
  };
}

/**
 * Scales, minimums and codes of a block, as `quantize_row_q4_K_ref` and `_q5_K_ref` find them: weights are the root
 * mean square of the run plus the magnitude of the value. Writes the first 16 bytes of the block, returns the codes.
 */
export function encodeKBlock(
  values: Float32Array,
  from: number,
  search: ScaleMinSearch,
  bytes: Uint8Array,
  at: number,
): Uint8Array {
  const codes = new Uint8Array(RUNS * RUN);
  const scales: number[] = [];
  const mins: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const weights = runWeights(values, from + run * RUN);
    const { scale, min } = searchScaleMin(values, from + run * RUN, weights, search, codes, run * RUN);
    scales.push(scale);
    mins.push(min);
  }
  writeUnits(scales, mins, bytes, at);
  for (let run = 0; run < RUNS; run++) {
    const { scale, min } = kScaleMin(bytes, at, run);
    if (scale === 0) continue;
    for (let j = run * RUN; j < (run + 1) * RUN; j++) {
      codes[j] = clamp(nearestInt(f(f(values[from + j]! + min) / scale)), 0, search.limit);
    }
  }
  return codes;
}

function runWeights(values: Float32Array, from: number): Float32Array {
  const run = values.subarray(from, from + RUN);
  const squares = run.reduce((sum, value) => f(sum + f(value * value)), 0);
  const mean = f(Math.sqrt(f(squares / RUN)));
  return run.map((value) => mean + Math.abs(value));
}

/**
 * Eight 6-bit scales and minimums in 12 bytes. Numbers 0 to 3 are the low 6 bits of bytes 0 to 3 (scales) and 4 to 7
 * (minimums), whose top bits hold the upper 2 bits of numbers 4 to 7; the lower 4 bits of those share bytes 8 to 11,
 * the scale in the low nibble.
 */
function writeUnits(scales: readonly number[], mins: readonly number[], bytes: Uint8Array, at: number): void {
  const largestScale = largestOf(scales);
  const largestMin = largestOf(mins);
  const inverseScale = largestScale > 0 ? f(LARGEST / largestScale) : 0;
  const inverseMin = largestMin > 0 ? f(LARGEST / largestMin) : 0;
  writeHalf(bytes, at + D, f(largestScale / LARGEST));
  writeHalf(bytes, at + DMIN, f(largestMin / LARGEST));
  const packed = at + SCALES;
  for (let run = 0; run < RUNS; run++) {
    const scale = Math.min(LARGEST, nearestInt(f(inverseScale * scales[run]!)) & 0xff);
    const min = Math.min(LARGEST, nearestInt(f(inverseMin * mins[run]!)) & 0xff);
    if (run < 4) {
      bytes[packed + run] = scale;
      bytes[packed + run + 4] = min;
    } else {
      bytes[packed + run + 4] = (scale & 15) | ((min & 15) << 4);
      bytes[packed + run - 4]! |= (scale >> 4) << 6;
      bytes[packed + run]! |= (min >> 4) << 6;
    }
  }
}

function scaleCode(bytes: Uint8Array, at: number, run: number): number {
  if (run < 4) return bytes[at + run]! & 63;
  return (bytes[at + run + 4]! & 15) | ((bytes[at + run - 4]! >> 6) << 4);
}

function minCode(bytes: Uint8Array, at: number, run: number): number {
  if (run < 4) return bytes[at + run + 4]! & 63;
  return (bytes[at + run + 4]! >> 4) | ((bytes[at + run]! >> 6) << 4);
}
