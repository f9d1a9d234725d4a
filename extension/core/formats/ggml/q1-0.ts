import { readableBlocks } from './block';
import { readHalf } from './half';

const SIZE = 128;

/** A half d and 128 signs: d where the bit is set, -d where not. */
export const Q1_0_BLOCK = readableBlocks({
  type: 'Q1_0',
  number: 41,
  blockSize: SIZE,
  blockBytes: 18,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let j = 0; j < SIZE; j++) values[to + j] = ((bytes[at + 2 + (j >> 3)]! >> (j & 7)) & 1) === 1 ? d : -d;
  },
});
