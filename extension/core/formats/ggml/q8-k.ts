import { readableBlocks } from './block';

const SIZE = 256;

/** A float32 d, 256 signed bytes, 16 sums that only dot products use: d x q. ggml's form of activations. */
export const Q8_K_BLOCK = readableBlocks({
  type: 'Q8_K',
  number: 15,
  blockSize: SIZE,
  blockBytes: 292,

  decodeBlock(bytes, at, values, to) {
    const d = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0, true);
    for (let j = 0; j < SIZE; j++) values[to + j] = d * ((bytes[at + 4 + j]! << 24) >> 24);
  },
});
