import { firstZero, reciprocal, span32 } from './extremes';
import { readHalf, writeHalf } from './half';
import { highFiveBits, lowFiveBits, storeFiveBits } from './q5-0';
import { cutCodes } from './rounded-codes';
import { spreadOffset } from './spread';

const BYTES: usize = 24;
const SHIFT = memory.data<f32>([0.5]);
const LIMIT = memory.data<u8>([31]);

export function encodeQ5_1(values: usize, blocks: usize, count: i32): void {
  const shift = v128.load32_splat(SHIFT);
  const limit = v128.load8_splat(LIMIT);
  const zero = f32x4.splat(0);
  for (let block = 0; block < count; block++) {
    const ends = span32(values);
    const smallest = f32x4.extract_lane(ends, 0);
    const least = smallest === 0 ? firstZero(values) : smallest;
    const d = (f32x4.extract_lane(ends, 1) - least) / 31;
    const inverse = reciprocal(d);
    writeHalf(blocks, d);
    writeHalf(blocks + 2, least);
    if (inverse === Infinity) storeFiveBits(zero, zero, blocks + 4);
    else {
      const factor = f32x4.splat(inverse);
      const offset = f32x4.splat(least);
      const low = cutCodes(values, offset, factor, shift, limit);
      const high = cutCodes(values + 64, offset, factor, shift, limit);
      storeFiveBits(low, high, blocks + 4);
    }
    values += 128;
    blocks += BYTES;
  }
}

export function decodeQ5_1(blocks: usize, values: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    const m = f32x4.splat(readHalf(blocks + 2));
    spreadOffset(lowFiveBits(blocks + 4), d, m, values);
    spreadOffset(highFiveBits(blocks + 4), d, m, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
