import { encodeKBlock, kMin, kScale } from './k-scales';
import { splat15, splat16 } from './low-bits';
import { packHighBits, packRunNibbles } from './run-codes';
import { spreadOffset } from './spread';

const BYTES: usize = 176;

export function encodeQ5_K(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    encodeKBlock(values, 31, -0.5, 15, blocks);
    packHighBits(4, blocks + 16);
    packRunNibbles(blocks + 48);
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeQ5_K(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  const fifth = splat16();
  for (let block = 0; block < count; block++) {
    const high0 = v128.load(blocks, 16);
    const high1 = v128.load(blocks, 32);
    for (let run = 0; run < 8; run++) {
      const codes = blocks + 48 + (((run >> 1) as usize) << 5);
      const nibble = (run & 1) << 2;
      const d = f32x4.splat(kScale(blocks, run as usize));
      const m = f32x4.splat(-kMin(blocks, run as usize));
      // Bit `run` of the mask moves to bit 4, what it brings along is masked.
      const a = v128.and(i8x16.shl(i8x16.shr_u(high0, run), 4), fifth);
      const b = v128.and(i8x16.shl(i8x16.shr_u(high1, run), 4), fifth);
      spreadOffset(v128.or(v128.and(i8x16.shr_u(v128.load(codes), nibble), mask), a), d, m, values);
      spreadOffset(v128.or(v128.and(i8x16.shr_u(v128.load(codes, 16), nibble), mask), b), d, m, values + 64);
      values += 128;
    }
    blocks += BYTES;
  }
}
