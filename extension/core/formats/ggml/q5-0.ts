import { ggmlBlocks } from './block';
import { extreme } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { nibble, writeNibbles } from './nibbles';
import { reciprocal, truncated } from './rounding';

const SIZE = 32;

/** As Q4_0 with a fifth bit: a half d, the value of largest magnitude / -16, and 32 codes: d x (q - 16). */
export const Q5_0_BLOCK = ggmlBlocks({
  type: 'Q5_0',
  number: 6,
  blockSize: SIZE,
  blockBytes: 22,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < SIZE; j++) values[to + j] = d * (fiveBits(bytes, at + 2, j) - 16);
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(SIZE);
    const d = Math.fround(extreme(values, from, SIZE) / -16);
    const inverse = reciprocal(d);
    writeHalf(bytes, to, d);
    for (let j = 0; j < SIZE; j++) {
      codes[j] = Math.min(31, truncated(Math.fround(Math.fround(values[from + j]! * inverse) + 16.5)));
    }
    writeFiveBits(codes, bytes, to + 2);
  },
});

export const q50 = ggmlFormat(Q5_0_BLOCK, {
  title: '5-bit integer, an fp16 scale for 32 columns',
  bits: 5,
  largest: 16 * LARGEST_HALF,
  quantizer: 'quantize_row_q5_0_ref',
});

/** Writes 32 codes of 5 bits to 20 bytes: the fifth bits, that of element j as bit j of 32, then the nibbles. */
export function writeFiveBits(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  bytes.fill(0, at, at + 4);
  codes.forEach((code, j) => {
    bytes[at + (j >> 3)]! |= ((code >> 4) & 1) << (j & 7);
  });
  writeNibbles(codes, 0, bytes, at + 4);
}

/** Code j of 32 as `writeFiveBits` leaves them. */
export function fiveBits(bytes: Uint8Array, at: number, j: number): number {
  const high = (bytes[at + (j >> 3)]! >> (j & 7)) & 1;
  return nibble(bytes, at + 4, j) | (high << 4);
}
