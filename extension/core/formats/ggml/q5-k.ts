import { ggmlBlocks } from './block';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { highBit, writeHighBits } from './high-bits';
import { encodeKBlock, kScaleMin } from './k-scales';
import { runNibble, writeRunNibbles } from './nibbles';

const RUN = 32;
const HIGH = 16;
const CODES = 48;

/** As Q4_K with a fifth bit, which lies in a mask of 32 bytes. */
export const Q5_K_BLOCK = ggmlBlocks({
  type: 'Q5_K',
  number: 13,
  blockSize: 256,
  blockBytes: 176,

  decodeBlock(bytes, at, values, to) {
    for (let run = 0; run < 8; run++) {
      const { scale, min } = kScaleMin(bytes, at, run);
      for (let j = run * RUN; j < (run + 1) * RUN; j++) {
        const code = runNibble(bytes, at + CODES, j) | (highBit(bytes, at + HIGH, 32, j) << 4);
        values[to + j] = Math.fround(scale * code) - min;
      }
    }
  },

  encodeBlock(values, from, bytes, to) {
    const codes = encodeKBlock(values, from, { limit: 31, first: -0.5, steps: 15, absolute: false }, bytes, to);
    writeHighBits(codes, 4, bytes, to + HIGH, 32);
    writeRunNibbles(codes, bytes, to + CODES);
  },
});

export const q5K = ggmlFormat(Q5_K_BLOCK, {
  title: '5-bit integer, 6-bit scale and minimum for 32 columns, fp16 units of them for 256',
  bits: 5,
  largest: 63 * 31 * LARGEST_HALF,
  quantizer: 'quantize_row_q5_K_ref',
});
