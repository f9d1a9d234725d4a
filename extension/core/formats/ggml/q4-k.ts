import { ggmlBlocks } from './block';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { encodeKBlock, kScaleMin } from './k-scales';
import { runNibble, writeRunNibbles } from './nibbles';

const RUN = 32;
const CODES = 16;

/**
 * Eight runs of 32, each with a 6-bit scale and minimum in units of the halves d and dmin: a value is
 * (d x scale) x q - dmin x min. Two runs share 32 bytes of codes, the first in the low nibbles.
 */
export const Q4_K_BLOCK = ggmlBlocks({
  type: 'Q4_K',
  number: 12,
  blockSize: 256,
  blockBytes: 144,

  decodeBlock(bytes, at, values, to) {
    for (let run = 0; run < 8; run++) {
      const { scale, min } = kScaleMin(bytes, at, run);
      for (let j = run * RUN; j < (run + 1) * RUN; j++) {
        values[to + j] = Math.fround(scale * runNibble(bytes, at + CODES, j)) - min;
      }
    }
  },

  encodeBlock(values, from, bytes, to) {
    const codes = encodeKBlock(values, from, { limit: 15, first: -1, steps: 20, absolute: false }, bytes, to);
    writeRunNibbles(codes, bytes, to + CODES);
  },
});

export const q4K = ggmlFormat(Q4_K_BLOCK, {
  title: '4-bit integer, 6-bit scale and minimum for 32 columns, fp16 units of them for 256',
  bits: 4,
  largest: 63 * 15 * LARGEST_HALF,
  quantizer: 'quantize_row_q4_K_ref',
});
