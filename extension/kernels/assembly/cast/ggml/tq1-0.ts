import { readHalf } from './half';
import { BLOCK_CODES } from './run-codes';
import { encodeTrits } from './trits';

const BYTES: usize = 54;
const D: usize = 52;

/** Packs `count` trits a byte, at a distance of `run` bytes, as the upper digits of five. */
function packTrits(from: usize, run: usize, count: i32, to: usize): void {
  for (let j: usize = 0; j < run; j++) {
    let digits: u32 = 0;
    let at = from + j;
    for (let n = 0; n < count; n++) {
      digits = digits * 3 + (load<u8>(at) as u32);
      at += run;
    }
    if (count === 4) digits *= 3;
    store<u8>(to + j, (digits * 256 + 242) / 243);
  }
}

/** One trit of each of 8 bytes, as -1, 0, 1 times d. */
function spreadTrits(bytes: v128, power: v128, d: v128, to: usize): void {
  const shifted = v128.and(i16x8.mul(bytes, power), i16x8.splat(255));
  const trits = i16x8.sub(i16x8.shr_u(i16x8.mul(shifted, i16x8.splat(3)), 8), i16x8.splat(1));
  v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(trits)), d));
  v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(trits)), d), 16);
}

export function encodeTQ1_0(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    encodeTrits(values, blocks + D);
    packTrits(BLOCK_CODES, 32, 5, blocks);
    packTrits(BLOCK_CODES + 160, 16, 5, blocks + 32);
    packTrits(BLOCK_CODES + 240, 4, 4, blocks + 48);
    values += 1024;
    blocks += BYTES;
  }
}

export function decodeTQ1_0(blocks: usize, values: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks + D));
    let power: i16 = 1;
    for (let n: usize = 0; n < 5; n++) {
      const powers = i16x8.splat(power);
      for (let j: usize = 0; j < 32; j += 8) {
        spreadTrits(v128.load8x8_u(blocks + j), powers, d, values + ((n << 5) << 2) + (j << 2));
      }
      for (let j: usize = 0; j < 16; j += 8) {
        spreadTrits(v128.load8x8_u(blocks + 32 + j), powers, d, values + 640 + ((n << 4) << 2) + (j << 2));
      }
      power *= 3;
    }
    for (let n: usize = 0; n < 2; n++) {
      // Four bytes twice: trits 2 n and 2 n + 1.
      const bytes = i16x8.extend_low_i8x16_u(v128.load32_splat(blocks + 48));
      const first: i16 = n === 0 ? 1 : 9;
      const powers = i16x8.replace_lane(i16x8.splat(first), 4, first * 3);
      const pair = i16x8.replace_lane(i16x8.replace_lane(powers, 5, first * 3), 6, first * 3);
      spreadTrits(bytes, i16x8.replace_lane(pair, 7, first * 3), d, values + 960 + (n << 5));
    }
    values += 1024;
    blocks += BYTES;
  }
}
