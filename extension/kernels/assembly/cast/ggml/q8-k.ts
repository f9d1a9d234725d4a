import { spreadSigned } from './spread';

const BYTES: usize = 292;

export function decodeQ8_K(blocks: usize, values: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    const d = v128.load32_splat(blocks);
    for (let i: usize = 0; i < 256; i += 16) spreadSigned(v128.load(blocks + i, 4), d, values + (i << 2));
    values += 1024;
    blocks += BYTES;
  }
}
