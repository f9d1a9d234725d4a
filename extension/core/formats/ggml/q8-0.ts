import { ggmlBlocks } from './block';
import { extreme } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { reciprocal, roundAway, truncated } from './rounding';

const SIZE = 32;

/** A half d = amax / 127, then 32 signed bytes: d x q. */
export const Q8_0_BLOCK = ggmlBlocks({
  type: 'Q8_0',
  number: 8,
  blockSize: SIZE,
  blockBytes: 34,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < SIZE; j++) values[to + j] = d * ((bytes[at + 2 + j]! << 24) >> 24);
  },

  encodeBlock(values, from, bytes, to) {
    const d = Math.fround(Math.abs(extreme(values, from, SIZE)) / 127);
    const inverse = reciprocal(d);
    writeHalf(bytes, to, d);
    for (let j = 0; j < SIZE; j++) {
      bytes[to + 2 + j] = truncated(roundAway(Math.fround(values[from + j]! * inverse)));
    }
  },
});

export const q80 = ggmlFormat(Q8_0_BLOCK, {
  title: '8-bit integer, an fp16 scale for 32 columns',
  bits: 8,
  largest: 127 * LARGEST_HALF,
  quantizer: 'quantize_row_q8_0_ref',
});
