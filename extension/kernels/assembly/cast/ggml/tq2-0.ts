import { readHalf } from './half';
import { splat1, splat3 } from './low-bits';
import { packTwoBits } from './run-codes';
import { spreadSigned } from './spread';
import { encodeTrits } from './trits';

const BYTES: usize = 66;
const D: usize = 64;

export function encodeTQ2_0(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    encodeTrits(values, blocks + D);
    packTwoBits(blocks);
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeTQ2_0(blocks: usize, values: usize, count: i32): void {
  const mask = splat3();
  const one = splat1();
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks + D));
    for (let run = 0; run < 16; run++) {
      const codes = v128.load(blocks + (((run >> 3) as usize) << 5) + (((run & 1) as usize) << 4));
      spreadSigned(i8x16.sub(v128.and(i8x16.shr_u(codes, run & 6), mask), one), d, values);
      values += 64;
    }
    blocks += BYTES;
  }
}
