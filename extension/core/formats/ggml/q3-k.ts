import { ggmlBlocks } from './block';
import { readHalf, writeHalf } from './half';
import { highBit, writeHighBits } from './high-bits';
import { clamp, nearestInt } from './rounding';
import { descendScale } from './scale-descent';
import { extreme } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { twoBits, writeTwoBits } from './two-bits';

const f = Math.fround;

const SIZE = 256;
const RUN = 16;
const RUNS = 16;
const LIMIT = 4;
const CODES = 32;
const SCALES = 96;
const D = 108;

/**
 * 16 runs of 16, each with a 6-bit scale in units of the half d: a value is (d x (scale - 32)) x (q - 4). The high bit
 * of the 3-bit q is in a mask of 32 bytes, the rest is packed as in Q2_K.
 */
export const Q3_K_BLOCK = ggmlBlocks({
  type: 'Q3_K',
  number: 11,
  blockSize: SIZE,
  blockBytes: 110,

  decodeBlock(bytes, at, values, to) {
    for (let run = 0; run < RUNS; run++) {
      const scale = storedScale(bytes, at, run);
      for (let j = run * RUN; j < (run + 1) * RUN; j++) {
        values[to + j] = scale * (twoBits(bytes, at + CODES, j) + 4 * highBit(bytes, at, 32, j) - LIMIT);
      }
    }
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const scales = new Float32Array(RUNS);
    for (let run = 0; run < RUNS; run++) {
      scales[run] = descendScale(values, from + run * RUN, RUN, LIMIT, codes, run * RUN);
    }
    writeScales(scales, bytes, to);
    for (let run = 0; run < RUNS; run++) {
      const scale = storedScale(bytes, to, run);
      if (scale === 0) continue;
      for (let j = run * RUN; j < (run + 1) * RUN; j++) {
        codes[j] = clamp(nearestInt(f(values[from + j]! / scale)), -LIMIT, LIMIT - 1) + LIMIT;
      }
    }
    writeHighBits(codes, 2, bytes, to, 32);
    writeTwoBits(codes, bytes, to + CODES);
  },
});

export const q3K = ggmlFormat(Q3_K_BLOCK, {
  title: '3-bit integer, a 6-bit scale for 16 columns, its fp16 unit for 256',
  bits: 3,
  largest: 32 * 4 * LARGEST_HALF,
  quantizer: 'quantize_row_q3_K_ref',
});

/** Low nibbles of the scales of runs j and j + 8 share byte j, high bits of j, j + 4, j + 8 and j + 12 byte 8 + j. */
function writeScales(scales: Float32Array, bytes: Uint8Array, at: number): void {
  bytes.fill(0, at + SCALES, at + SCALES + 12);
  const largest = extreme(scales, 0, RUNS);
  const inverse = largest === 0 ? 0 : f(-32 / largest);
  writeHalf(bytes, at + D, largest === 0 ? 0 : f(1 / inverse));
  if (largest === 0) return;
  scales.forEach((scale, run) => {
    const signed = (nearestInt(f(inverse * scale)) << 24) >> 24;
    const code = clamp(signed, -32, 31) + 32;
    bytes[at + SCALES + (run & 7)]! |= (code & 15) << (run < 8 ? 0 : 4);
    bytes[at + SCALES + 8 + (run & 3)]! |= (code >> 4) << (2 * (run >> 2));
  });
}

function storedScale(bytes: Uint8Array, at: number, run: number): number {
  const low = (bytes[at + SCALES + (run & 7)]! >> (run < 8 ? 0 : 4)) & 15;
  const high = (bytes[at + SCALES + 8 + (run & 3)]! >> (2 * (run >> 2))) & 3;
  return f(readHalf(bytes, at + D) * ((low | (high << 4)) - 32));
}
