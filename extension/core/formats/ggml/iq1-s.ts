import { readableBlocks } from './block';
import { readHalf } from './half';
import { readU16, unpackGrid, type Grid } from './iq-grid';
import { IQ1_GRID } from './iq-grid-points';

/** Points of IQ1_S and IQ1_M: ternary. */
const GRID: Grid = unpackGrid(IQ1_GRID, 8, [-1, 0, 1]);
const DELTA = 0.125;

const POINTS = 2;
const MORE = 34;

/** Writes a ternary point, moved by 1/8 up or down, times a scale. */
export function writeTernaryPoint(point: number, scale: number, down: boolean, values: Float32Array, to: number): void {
  for (let j = 0; j < 8; j++) values[to + j] = scale * (GRID.coordinates[point * 8 + j]! + (down ? -DELTA : DELTA));
}

/**
 * A half d; a byte of the point's number for each 8 values; for each 32 values 16 bits: 4 x 3 further bits of the
 * numbers, a scale of 3, and whether 1/8 is taken away or added. A value is d x (2 scale + 1) x (coordinate +- 1/8).
 */
export const IQ1_S_BLOCK = readableBlocks({
  type: 'IQ1_S',
  number: 19,
  blockSize: 256,
  blockBytes: 50,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < 32; j++) {
      const more = readU16(bytes, at + MORE + (j >> 2) * 2);
      const point = bytes[at + POINTS + j]! | (((more >> (3 * (j & 3))) & 7) << 8);
      const scale = Math.fround(d * (2 * ((more >> 12) & 7) + 1));
      writeTernaryPoint(point, scale, more >= 0x8000, values, to + j * 8);
    }
  },
});
