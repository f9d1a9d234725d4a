import { ggmlBlocks } from './block';
import { span } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { nibble, writeNibbles } from './nibbles';
import { reciprocal, truncated } from './rounding';

const SIZE = 32;

/** Halves d = (max - min) / 15 and m = min, 32 nibbles: d x q + m. */
export const Q4_1_BLOCK = ggmlBlocks({
  type: 'Q4_1',
  number: 3,
  blockSize: SIZE,
  blockBytes: 20,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    const m = readHalf(bytes, at + 2);
    for (let j = 0; j < SIZE; j++) values[to + j] = Math.fround(d * nibble(bytes, at + 4, j)) + m;
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const { min, max } = span(values, from, SIZE);
    const d = Math.fround(Math.fround(max - min) / 15);
    const inverse = reciprocal(d);
    writeHalf(bytes, to, d);
    writeHalf(bytes, to + 2, min);
    for (let j = 0; j < SIZE; j++) {
      const scaled = Math.fround(Math.fround(values[from + j]! - min) * inverse);
      codes[j] = Math.min(15, truncated(Math.fround(scaled + 0.5)));
    }
    writeNibbles(codes, 0, bytes, to + 4);
  },
});

export const q41 = ggmlFormat(Q4_1_BLOCK, {
  title: '4-bit integer, fp16 scale and minimum for 32 columns',
  bits: 4,
  largest: 16 * LARGEST_HALF,
  quantizer: 'quantize_row_q4_1_ref',
});
