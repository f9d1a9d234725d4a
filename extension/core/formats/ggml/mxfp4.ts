import { ggmlBlocks } from './block';
import { E2M1_DOUBLED, e2m1Code } from './e2m1-doubled';
import { extreme } from './extremes';
import { ggmlFormat } from './ggml-format';
import { nibble, writeNibbles } from './nibbles';

const SIZE = 32;

/**
 * An E8M0 exponent, then 32 E2M1 codes in the order of Q4_0: the numbers of OCP MXFP4 in ggml's packing. The codes are
 * not quite those of OCP: ties go to the smaller magnitude, there is no -0, and the exponent is one higher for values
 * that ggml's float32 logarithm can't tell from the next power of two.
 */
export const MXFP4_BLOCK = ggmlBlocks({
  type: 'MXFP4',
  number: 39,
  blockSize: SIZE,
  blockBytes: 17,

  decodeBlock(bytes, at, values, to) {
    const scale = halfOfE8m0(bytes[at]!);
    for (let j = 0; j < SIZE; j++) values[to + j] = scale * E2M1_DOUBLED[nibble(bytes, at + 1, j)]!;
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const exponent = exponentCode(Math.abs(extreme(values, from, SIZE)));
    const scale = halfOfE8m0(exponent);
    bytes[to] = exponent;
    for (let j = 0; j < SIZE; j++) codes[j] = e2m1Code(values[from + j]!, scale);
    writeNibbles(codes, 0, bytes, to + 1);
  },
});

export const ggmlMxfp4 = ggmlFormat(MXFP4_BLOCK, {
  title: 'MXFP4 in the blocks of ggml: 4-bit float 1-2-1, a power of two for 32 columns',
  bits: 4,
  largest: (2 - 2 ** -23) * 2 ** 127,
  quantizer: 'quantize_row_mxfp4_ref',
});

/** floor(log2(amax)) - 2, biased. Below 2^-125 ggml's conversion to a byte wraps on x86, and the block becomes zeros. */
function exponentCode(amax: number): number {
  return amax > 0 ? (Math.floor(Math.fround(Math.log2(amax))) - 2 + 127) & 0xff : 0;
}

/** Half of the power of two that an E8M0 code stands for. ggml knows no NaN here: 255 is 2^128. */
function halfOfE8m0(code: number): number {
  return 2 ** (code - 128);
}
