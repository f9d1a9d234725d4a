import { readableBlocks } from './block';
import { readHalf } from './half';
import { evenSigns, readU16, unpackGrid, writePoint } from './iq-grid';
import { IQ2_XS_GRID } from './iq-grid-points';
import { IQ2_LEVELS } from './iq2-xxs';

const f = Math.fround;

const GRID = unpackGrid(IQ2_XS_GRID, 8, IQ2_LEVELS);
const SCALES = 66;

/**
 * A half d, then for each 8 values 16 bits: 9 of the point's number and 7 of signs; then a 4-bit scale for each 16.
 * A value is d x (scale + 1/2) / 4 x the coordinate.
 */
export const IQ2_XS_BLOCK = readableBlocks({
  type: 'IQ2_XS',
  number: 17,
  blockSize: 256,
  blockBytes: 74,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < 32; j++) {
      const point = readU16(bytes, at + 2 + 2 * j);
      const nibble = (bytes[at + SCALES + (j >> 2)]! >> ((j & 2) * 2)) & 15;
      const scale = f(f(d * (0.5 + nibble)) * 0.25);
      writePoint(GRID, point & 511, scale, evenSigns(point >> 9), values, to + j * 8);
    }
  },
});
