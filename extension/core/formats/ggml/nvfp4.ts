import { floatBits } from '../floats/float-bits';
import { E4M3_LAYOUT, decodeFloat } from '../floats/float-codes';
import { ggmlBlocks } from './block';
import { E2M1_DOUBLED, e2m1Code } from './e2m1-doubled';
import { extreme } from './extremes';
import { ggmlFormat } from './ggml-format';

const f = Math.fround;

const SIZE = 64;
const RUN = 16;

/** Four runs of 16 E2M1 codes, each with an unsigned E4M3 scale for amax / 6; j and j + 8 of a run share a byte. */
export const NVFP4_BLOCK = ggmlBlocks({
  type: 'NVFP4',
  number: 40,
  blockSize: SIZE,
  blockBytes: 36,

  decodeBlock(bytes, at, values, to) {
    for (let j = 0; j < SIZE; j++) {
      const code = (bytes[codesOf(at, j)]! >> ((j & 8) === 0 ? 0 : 4)) & 15;
      values[to + j] = halfOfScale(bytes[at + (j >> 4)]!) * E2M1_DOUBLED[code]!;
    }
  },

  encodeBlock(values, from, bytes, to) {
    bytes.fill(0, to, to + 36);
    for (let j = 0; j < SIZE; j++) {
      const run = j >> 4;
      if (j % RUN === 0) bytes[to + run] = scaleCode(f(Math.abs(extreme(values, from + j, RUN)) / 6));
      const code = e2m1Code(values[from + j]!, halfOfScale(bytes[to + run]!));
      bytes[codesOf(to, j)]! |= code << ((j & 8) === 0 ? 0 : 4);
    }
  },
});

export const ggmlNvfp4 = ggmlFormat(NVFP4_BLOCK, {
  title: 'NVFP4 in the blocks of ggml: 4-bit float 1-2-1, an E4M3 scale for 16 columns',
  bits: 4,
  largest: 448 * 6,
  quantizer: 'quantize_row_nvfp4_ref',
});

function codesOf(at: number, j: number): number {
  return at + 4 + (j >> 4) * 8 + (j & 7);
}

/** Half the scale. ggml takes 0x7F for zero, and 0xFF, which nothing writes, for 480. */
function halfOfScale(code: number): number {
  if (code === 0xff) return 240;
  return code === 0x7f ? 0 : decodeFloat(code & 0x7f, E4M3_LAYOUT) / 2;
}

/** Of scales from 256 on, and those that round there, ggml makes the largest, 448. Ties go up, not to even. */
const LARGEST = 0x7e;

function scaleCode(scale: number): number {
  if (scale < 2 ** -6) return Math.min(7, Math.trunc(f(f(scale * 512) + 0.5)));
  const bits = floatBits(scale);
  const code = (bits >>> 20) - (120 << 3) + ((bits >>> 19) & 1);
  return code < 15 << 3 ? code : LARGEST;
}
