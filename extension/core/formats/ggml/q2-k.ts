import { ggmlBlocks } from './block';
import { largestOf } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { clamp, nearestInt } from './rounding';
import { searchScaleMin, type ScaleMin } from './scale-min-search';
import { twoBits, writeTwoBits } from './two-bits';

const f = Math.fround;

const SIZE = 256;
const RUN = 16;
const CODES = 16;
const D = 80;
const DMIN = 82;
const SEARCH = { limit: 3, first: -0.5, steps: 15, absolute: true } as const;
const LARGEST = 15;

/**
 * 16 runs of 16: each has a byte of scale (low nibble) and minimum (high nibble), in units of the halves d and dmin.
 * A value is (d x scale) x q - dmin x min, q of 2 bits. Weights of the search are the magnitudes.
 */
export const Q2_K_BLOCK = ggmlBlocks({
  type: 'Q2_K',
  number: 10,
  blockSize: SIZE,
  blockBytes: 84,

  decodeBlock(bytes, at, values, to) {
    for (let j = 0; j < SIZE; j += RUN) {
      const { scale, min } = storedScaleMin(bytes, at, j / RUN);
      for (let i = j; i < j + RUN; i++) values[to + i] = f(scale * twoBits(bytes, at + CODES, i)) - min;
    }
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const runs: ScaleMin[] = [];
    for (let j = 0; j < SIZE; j += RUN) {
      const weights = values.subarray(from + j, from + j + RUN).map(Math.abs);
      runs.push(searchScaleMin(values, from + j, weights, SEARCH, codes, j));
    }
    writeScales(runs, bytes, to);
    for (let j = 0; j < SIZE; j += RUN) {
      const { scale, min } = storedScaleMin(bytes, to, j / RUN);
      if (scale === 0) continue;
      for (let i = j; i < j + RUN; i++) {
        codes[i] = clamp(nearestInt(f(f(values[from + i]! + min) / scale)), 0, SEARCH.limit);
      }
    }
    writeTwoBits(codes, bytes, to + CODES);
  },
});

export const q2K = ggmlFormat(Q2_K_BLOCK, {
  title: '2-bit integer, 4-bit scale and minimum for 16 columns, fp16 units of them for 256',
  bits: 2,
  largest: 15 * 3 * LARGEST_HALF,
  quantizer: 'quantize_row_q2_K_ref',
});

function writeScales(runs: readonly ScaleMin[], bytes: Uint8Array, at: number): void {
  const largestScale = largestOf(runs.map(({ scale }) => scale));
  const largestMin = largestOf(runs.map(({ min }) => min));
  const inverseScale = largestScale > 0 ? f(LARGEST / largestScale) : 0;
  const inverseMin = largestMin > 0 ? f(LARGEST / largestMin) : 0;
  runs.forEach(({ scale, min }, run) => {
    bytes[at + run] = nearestInt(f(inverseScale * scale)) | (nearestInt(f(inverseMin * min)) << 4);
  });
  writeHalf(bytes, at + D, f(largestScale / LARGEST));
  writeHalf(bytes, at + DMIN, f(largestMin / LARGEST));
}

function storedScaleMin(bytes: Uint8Array, at: number, run: number): ScaleMin {
  return {
    scale: f(readHalf(bytes, at + D) * (bytes[at + run]! & 15)),
    min: f(readHalf(bytes, at + DMIN) * (bytes[at + run]! >> 4)),
  };
}
