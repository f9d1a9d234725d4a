import { ggmlBlocks } from './block';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { tritsOf } from './trits';
import { twoBits, writeTwoBits } from './two-bits';

const SIZE = 256;
const D = 64;

/** Ternary in 2-bit codes packed as in Q2_K, and a half d, the largest magnitude: d x (q - 1). */
export const TQ2_0_BLOCK = ggmlBlocks({
  type: 'TQ2_0',
  number: 35,
  blockSize: SIZE,
  blockBytes: 66,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at + D);
    for (let j = 0; j < SIZE; j++) values[to + j] = d * (twoBits(bytes, at, j) - 1);
  },

  encodeBlock(values, from, bytes, to) {
    const { amax, trits } = tritsOf(values, from, SIZE);
    writeTwoBits(trits, bytes, to);
    writeHalf(bytes, to + D, amax);
  },
});

export const tq20 = ggmlFormat(TQ2_0_BLOCK, {
  title: 'ternary in 2 bits, an fp16 scale for 256 columns',
  bits: 2,
  largest: LARGEST_HALF,
  quantizer: 'quantize_row_tq2_0_ref',
});
