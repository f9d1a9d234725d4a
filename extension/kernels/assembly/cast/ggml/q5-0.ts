import { extreme, reciprocal } from './extremes';
import { readHalf, writeHalf } from './half';
import { fifthBits, splat15, splat16 } from './low-bits';
import { cutCodes } from './rounded-codes';
import { spreadSigned } from './spread';

const BYTES: usize = 22;
const SHIFT = memory.data<f32>([16.5]);
const LIMIT = memory.data<u8>([31]);

/** Writes 32 codes of 5 bits: the fifth bits, then the nibbles. */
export function storeFiveBits(low: v128, high: v128, at: usize): void {
  const mask = splat15();
  // A fifth bit becomes the top bit of its byte.
  store<u16>(at, i8x16.bitmask(i8x16.shl(low, 3)));
  store<u16>(at, i8x16.bitmask(i8x16.shl(high, 3)), 2);
  v128.store(at, v128.or(v128.and(low, mask), i8x16.shl(high, 4)), 4);
}

/** Codes 0 to 15 of those at an address. */
export function lowFiveBits(at: usize): v128 {
  return v128.or(v128.and(v128.load(at, 4), splat15()), fifthBits(at));
}

/** Codes 16 to 31. */
export function highFiveBits(at: usize): v128 {
  return v128.or(i8x16.shr_u(v128.load(at, 4), 4), fifthBits(at + 2));
}

export function encodeQ5_0(values: usize, blocks: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const shift = v128.load32_splat(SHIFT);
  const limit = v128.load8_splat(LIMIT);
  for (let block = 0; block < count; block++) {
    const d = extreme(values, 32) / -16;
    const inverse = reciprocal(d);
    writeHalf(blocks, d);
    if (abs(inverse) === Infinity) storeFiveBits(zero, zero, blocks + 2);
    else {
      const factor = f32x4.splat(inverse);
      const low = cutCodes(values, zero, factor, shift, limit);
      const high = cutCodes(values + 64, zero, factor, shift, limit);
      storeFiveBits(low, high, blocks + 2);
    }
    values += 128;
    blocks += BYTES;
  }
}

export function decodeQ5_0(blocks: usize, values: usize, count: i32): void {
  const sixteen = splat16();
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    spreadSigned(i8x16.sub(lowFiveBits(blocks + 2), sixteen), d, values);
    spreadSigned(i8x16.sub(highFiveBits(blocks + 2), sixteen), d, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
