import { readableBlocks } from './block';
import { readHalf } from './half';
import { unpackGrid, writePoint } from './iq-grid';
import { IQ2_S_GRID } from './iq-grid-points';
import { IQ2_LEVELS } from './iq2-xxs';

const f = Math.fround;

const GRID = unpackGrid(IQ2_S_GRID, 8, IQ2_LEVELS);
const POINTS = 2;
const SIGNS = 34;
const HIGH = 66;
const SCALES = 74;

/**
 * A half d; for each 8 values a byte of the point's number, a byte of signs and 2 further bits of the number; for each
 * 16 a 4-bit scale. A value is d x (scale + 1/2) / 4 x the coordinate.
 */
export const IQ2_S_BLOCK = readableBlocks({
  type: 'IQ2_S',
  number: 22,
  blockSize: 256,
  blockBytes: 82,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < 32; j++) {
      const high = (bytes[at + HIGH + (j >> 2)]! >> (2 * (j & 3))) & 3;
      const nibble = (bytes[at + SCALES + (j >> 2)]! >> ((j & 2) * 2)) & 15;
      const scale = f(f(d * (0.5 + nibble)) * 0.25);
      writePoint(GRID, bytes[at + POINTS + j]! | (high << 8), scale, bytes[at + SIGNS + j]!, values, to + j * 8);
    }
  },
});
