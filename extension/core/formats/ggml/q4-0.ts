import { ggmlBlocks } from './block';
import { extreme } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { nibble, writeNibbles } from './nibbles';
import { reciprocal, truncated } from './rounding';

const SIZE = 32;

/** A half d, 32 nibbles: d x (q - 8). d is the value of largest magnitude / -8: that value is met by the code 0. */
export const Q4_0_BLOCK = ggmlBlocks({
  type: 'Q4_0',
  number: 2,
  blockSize: SIZE,
  blockBytes: 18,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < SIZE; j++) values[to + j] = d * (nibble(bytes, at + 2, j) - 8);
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const d = Math.fround(extreme(values, from, SIZE) / -8);
    const inverse = reciprocal(d);
    writeHalf(bytes, to, d);
    for (let j = 0; j < SIZE; j++) {
      codes[j] = Math.min(15, truncated(Math.fround(Math.fround(values[from + j]! * inverse) + 8.5)));
    }
    writeNibbles(codes, 0, bytes, to + 2);
  },
});

export const q40 = ggmlFormat(Q4_0_BLOCK, {
  title: '4-bit integer, an fp16 scale for 32 columns',
  bits: 4,
  largest: 8 * LARGEST_HALF,
  quantizer: 'quantize_row_q4_0_ref',
});
