import { encodeKBlock, kMin, kScale } from './k-scales';
import { splat15 } from './low-bits';
import { packRunNibbles } from './run-codes';
import { spreadOffset } from './spread';

const BYTES: usize = 144;

export function encodeQ4_K(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    encodeKBlock(values, 15, -1, 20, blocks);
    packRunNibbles(blocks + 16);
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeQ4_K(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  for (let block = 0; block < count; block++) {
    for (let run: usize = 0; run < 8; run += 2) {
      const codes = blocks + 16 + (run << 4);
      const a = v128.load(codes);
      const b = v128.load(codes, 16);
      const low = f32x4.splat(kScale(blocks, run));
      const lowMin = f32x4.splat(-kMin(blocks, run));
      spreadOffset(v128.and(a, mask), low, lowMin, values);
      spreadOffset(v128.and(b, mask), low, lowMin, values + 64);
      const high = f32x4.splat(kScale(blocks, run + 1));
      const highMin = f32x4.splat(-kMin(blocks, run + 1));
      spreadOffset(i8x16.shr_u(a, 4), high, highMin, values + 128);
      spreadOffset(i8x16.shr_u(b, 4), high, highMin, values + 192);
      values += 256;
    }
    blocks += BYTES;
  }
}
