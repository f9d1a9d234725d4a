import { readHalf } from './half';
import { fifthBits, splat1 } from './low-bits';
import { spreadSigned } from './spread';

const BYTES: usize = 18;

export function decodeQ1_0(blocks: usize, values: usize, count: i32): void {
  const one = splat1();
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    for (let i: usize = 0; i < 16; i += 2) {
      // 16 where a bit is set becomes 2, and 2 or 0 less 1 is the sign.
      spreadSigned(i8x16.sub(i8x16.shr_u(fifthBits(blocks + 2 + i), 3), one), d, values + (i << 5));
    }
    values += 512;
    blocks += BYTES;
  }
}
