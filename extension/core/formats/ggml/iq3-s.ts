import { readableBlocks } from './block';
import { readHalf } from './half';
import { unpackGrid, writePoint } from './iq-grid';
import { IQ3_S_GRID } from './iq-grid-points';

const f = Math.fround;

const GRID = unpackGrid(IQ3_S_GRID, 4, [1, 3, 5, 7, 9, 11, 13, 15]);
const POINTS = 2;
const HIGH = 66;
const SIGNS = 74;
const SCALES = 106;

/**
 * A half d; for each 4 values a byte of the point's number and a ninth bit of it; a sign bit a value; a 4-bit scale for
 * each 32. A value is d x (2 scale + 1) x the coordinate.
 */
export const IQ3_S_BLOCK = readableBlocks({
  type: 'IQ3_S',
  number: 21,
  blockSize: 256,
  blockBytes: 110,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < 64; j++) {
      const high = (bytes[at + HIGH + (j >> 3)]! >> (j & 7)) & 1;
      const nibble = (bytes[at + SCALES + (j >> 4)]! >> ((j & 8) >> 1)) & 15;
      const signs = bytes[at + SIGNS + (j >> 1)]! >> ((j & 1) * 4);
      writePoint(GRID, bytes[at + POINTS + j]! | (high << 8), f(d * (1 + 2 * nibble)), signs, values, to + j * 4);
    }
  },
});
