import { ggmlBlocks } from './block';
import { extreme } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { clamp, nearestInt } from './rounding';
import { ZERO_RUN, searchScale } from './scale-search';

const f = Math.fround;

const SIZE = 256;
const RUN = 16;
const RUNS = 16;
const LIMIT = 32;
const HIGH = 128;
const SCALES = 192;
const D = 208;

/**
 * 16 runs of 16, each with a signed byte of scale in units of the half d: a value is (d x scale) x (q - 32). Of each
 * 128 elements, the low nibbles of j and j + 64 share a byte, and the upper 2 bits of j, j + 32, j + 64 and j + 96.
 */
export const Q6_K_BLOCK = ggmlBlocks({
  type: 'Q6_K',
  number: 14,
  blockSize: SIZE,
  blockBytes: 210,

  decodeBlock(bytes, at, values, to) {
    for (let run = 0; run < RUNS; run++) {
      const scale = storedScale(bytes, at, run);
      for (let j = run * RUN; j < (run + 1) * RUN; j++) values[to + j] = scale * (sixBits(bytes, at, j) - LIMIT);
    }
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const scales = new Float32Array(RUNS);
    for (let run = 0; run < RUNS; run++) {
      scales[run] = searchScale(values, from + run * RUN, RUN, LIMIT, codes, run * RUN);
    }
    const largest = extreme(scales, 0, RUNS);
    if (Math.abs(largest) < ZERO_RUN) {
      bytes.fill(0, to, to + D + 2);
      return;
    }
    const inverse = f(-128 / largest);
    writeHalf(bytes, to + D, f(1 / inverse));
    for (let run = 0; run < RUNS; run++) {
      bytes[to + SCALES + run] = Math.min(127, nearestInt(f(inverse * scales[run]!)));
      const scale = storedScale(bytes, to, run);
      if (scale === 0) continue;
      for (let j = run * RUN; j < (run + 1) * RUN; j++) {
        codes[j] = clamp(nearestInt(f(values[from + j]! / scale)), -LIMIT, LIMIT - 1) + LIMIT;
      }
    }
    writeSixBits(codes, bytes, to);
  },
});

export const q6K = ggmlFormat(Q6_K_BLOCK, {
  title: '6-bit integer, an 8-bit scale for 16 columns, its fp16 unit for 256',
  bits: 6,
  largest: 128 * 32 * LARGEST_HALF,
  quantizer: 'quantize_row_q6_K_ref',
});

function storedScale(bytes: Uint8Array, at: number, run: number): number {
  return f(readHalf(bytes, at + D) * ((bytes[at + SCALES + run]! << 24) >> 24));
}

function sixBits(bytes: Uint8Array, at: number, j: number): number {
  const half = j >> 7;
  const low = (bytes[at + half * 64 + (j & 63)]! >> ((j & 64) === 0 ? 0 : 4)) & 15;
  const high = (bytes[at + HIGH + half * 32 + (j & 31)]! >> (2 * ((j >> 5) & 3))) & 3;
  return low | (high << 4);
}

function writeSixBits(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  bytes.fill(0, at, at + SCALES);
  codes.forEach((code, j) => {
    const half = j >> 7;
    bytes[at + half * 64 + (j & 63)]! |= (code & 15) << ((j & 64) === 0 ? 0 : 4);
    bytes[at + HIGH + half * 32 + (j & 31)]! |= (code >> 4) << (2 * ((j >> 5) & 3));
  });
}
