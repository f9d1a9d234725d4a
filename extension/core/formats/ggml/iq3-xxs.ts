import { readableBlocks } from './block';
import { readHalf } from './half';
import { evenSigns, readU32, unpackGrid, writePoint } from './iq-grid';
import { IQ3_XXS_GRID } from './iq-grid-points';

const f = Math.fround;

const GRID = unpackGrid(IQ3_XXS_GRID, 4, [4, 12, 20, 28, 36, 44, 52, 62]);
const POINTS = 2;
const SIGNS = 66;

/**
 * A half d; a byte of the point's number for each 4 values; for each 32 values 32 bits as in IQ2_XXS. A value is
 * d x (scale + 1/2) / 2 x the coordinate.
 */
export const IQ3_XXS_BLOCK = readableBlocks({
  type: 'IQ3_XXS',
  number: 18,
  blockSize: 256,
  blockBytes: 98,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < 64; j++) {
      const more = readU32(bytes, at + SIGNS + (j >> 3) * 4);
      const scale = f(f(d * (0.5 + (more >>> 28))) * 0.5);
      // Two points share the signs of 8 values.
      const signs = evenSigns(more >>> (7 * ((j >> 1) & 3))) >> ((j & 1) * 4);
      writePoint(GRID, bytes[at + POINTS + j]!, scale, signs, values, to + j * 4);
    }
  },
});
