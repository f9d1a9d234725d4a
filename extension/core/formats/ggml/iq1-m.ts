import { FP16_LAYOUT, decodeFloat } from '../floats/float-codes';
import { readableBlocks } from './block';
import { readU16 } from './iq-grid';
import { writeTernaryPoint } from './iq1-s';

const MORE = 32;
const SCALES = 48;

/**
 * A byte of the point's number for each 8 values; 4 bits beside it, 3 further ones of the number and whether 1/8 is
 * taken away or added; four times 16 bits, each 4 x 3 of scales for 16 values and on top 4 bits of the half d, the
 * lowest first. A value is as in IQ1_S.
 */
export const IQ1_M_BLOCK = readableBlocks({
  type: 'IQ1_M',
  number: 29,
  blockSize: 256,
  blockBytes: 56,

  decodeBlock(bytes, at, values, to) {
    const words = [0, 1, 2, 3].map((word) => readU16(bytes, at + SCALES + word * 2));
    const d = decodeFloat(
      words.reduce((code, word, at) => code | ((word >> 12) << (4 * at)), 0),
      FP16_LAYOUT,
    );
    for (let j = 0; j < 32; j++) {
      const more = (bytes[at + MORE + (j >> 1)]! >> ((j & 1) * 4)) & 15;
      const scale = (words[j >> 3]! >> (3 * ((j >> 1) & 3))) & 7;
      const point = bytes[at + j]! | ((more & 7) << 8);
      writeTernaryPoint(point, Math.fround(d * (2 * scale + 1)), more >= 8, values, to + j * 8);
    }
  },
});
