import { ggmlBlocks } from './block';
import { span } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { fiveBits, writeFiveBits } from './q5-0';
import { reciprocal, truncated } from './rounding';

const SIZE = 32;

/** As Q4_1 with a fifth bit: halves d = (max - min) / 31 and m = min, codes as in Q5_0: d x q + m. */
export const Q5_1_BLOCK = ggmlBlocks({
  type: 'Q5_1',
  number: 7,
  blockSize: SIZE,
  blockBytes: 24,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    const m = readHalf(bytes, at + 2);
    for (let j = 0; j < SIZE; j++) values[to + j] = Math.fround(d * fiveBits(bytes, at + 4, j)) + m;
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const { min, max } = span(values, from, SIZE);
    const d = Math.fround(Math.fround(max - min) / 31);
    const inverse = reciprocal(d);
    writeHalf(bytes, to, d);
    writeHalf(bytes, to + 2, min);
    for (let j = 0; j < SIZE; j++) {
      const scaled = Math.fround(Math.fround(values[from + j]! - min) * inverse);
      codes[j] = truncated(Math.fround(scaled + 0.5));
    }
    writeFiveBits(codes, bytes, to + 4);
  },
});

export const q51 = ggmlFormat(Q5_1_BLOCK, {
  title: '5-bit integer, fp16 scale and minimum for 32 columns',
  bits: 5,
  largest: 32 * LARGEST_HALF,
  quantizer: 'quantize_row_q5_1_ref',
});
