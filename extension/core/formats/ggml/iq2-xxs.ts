import { readableBlocks } from './block';
import { readHalf } from './half';
import { evenSigns, readU32, unpackGrid, writePoint } from './iq-grid';
import { IQ2_XXS_GRID } from './iq-grid-points';

const f = Math.fround;

/** What the 2-bit numbers of the points of IQ2 types stand for. */
export const IQ2_LEVELS = [8, 25, 43] as const;

const GRID = unpackGrid(IQ2_XXS_GRID, 8, IQ2_LEVELS);

/**
 * A half d, then for each 32 values four numbers of points in a byte each, and 32 bits: 4 x 7 of signs, whose eighth
 * makes their number even, and a scale of 4. A value is d x (scale + 1/2) / 4 x the coordinate.
 */
export const IQ2_XXS_BLOCK = readableBlocks({
  type: 'IQ2_XXS',
  number: 16,
  blockSize: 256,
  blockBytes: 66,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let run = 0; run < 8; run++) {
      const points = at + 2 + run * 8;
      const more = readU32(bytes, points + 4);
      const scale = f(f(d * (0.5 + (more >>> 28))) * 0.25);
      for (let j = 0; j < 4; j++) {
        writePoint(GRID, bytes[points + j]!, scale, evenSigns(more >>> (7 * j)), values, to + run * 32 + j * 8);
      }
    }
  },
});
