import { ggmlBlocks } from './block';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { IQ4_CODES, iq4Code, iq4Scale } from './iq4-codes';
import { nibble, writeNibbles } from './nibbles';
import { reciprocal } from './rounding';

const SIZE = 32;

/**
 * A half d, 32 nibbles in the order of Q4_0: d x the code point of q. As `quantize_iq4_nl`, which llama-quantize calls;
 * ggml's `quantize_row_iq4_nl_ref` searches no scale and so writes other bytes.
 */
export const IQ4_NL_BLOCK = ggmlBlocks({
  type: 'IQ4_NL',
  number: 20,
  blockSize: SIZE,
  blockBytes: 18,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < SIZE; j++) values[to + j] = d * IQ4_CODES[nibble(bytes, at + 2, j)]!;
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const scale = iq4Scale(values, from);
    const inverse = reciprocal(scale);
    writeHalf(bytes, to, scale);
    for (let j = 0; j < SIZE; j++) codes[j] = iq4Code(Math.fround(inverse * values[from + j]!));
    writeNibbles(codes, 0, bytes, to + 2);
  },
});

export const iq4Nl = ggmlFormat(IQ4_NL_BLOCK, {
  title: '4-bit codebook of ggml, an fp16 scale for 32 columns',
  bits: 4,
  largest: 127 * LARGEST_HALF,
  quantizer: 'quantize_iq4_nl',
});
