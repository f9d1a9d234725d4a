import { firstZero, reciprocal, span32 } from './extremes';
import { readHalf, writeHalf } from './half';
import { splat15 } from './low-bits';
import { cutCodes } from './rounded-codes';
import { spreadOffset } from './spread';

const BYTES: usize = 20;
const SHIFT = memory.data<f32>([0.5]);

export function encodeQ4_1(values: usize, blocks: usize, count: i32): void {
  const shift = v128.load32_splat(SHIFT);
  const limit = splat15();
  for (let block = 0; block < count; block++) {
    const ends = span32(values);
    const smallest = f32x4.extract_lane(ends, 0);
    const least = smallest === 0 ? firstZero(values) : smallest;
    const d = (f32x4.extract_lane(ends, 1) - least) / 15;
    const inverse = reciprocal(d);
    writeHalf(blocks, d);
    writeHalf(blocks + 2, least);
    if (inverse === Infinity) v128.store(blocks, f32x4.splat(0), 4);
    else {
      const factor = f32x4.splat(inverse);
      const offset = f32x4.splat(least);
      const low = cutCodes(values, offset, factor, shift, limit);
      const high = cutCodes(values + 64, offset, factor, shift, limit);
      v128.store(blocks, v128.or(low, i8x16.shl(high, 4)), 4);
    }
    values += 128;
    blocks += BYTES;
  }
}

export function decodeQ4_1(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    const m = f32x4.splat(readHalf(blocks + 2));
    const codes = v128.load(blocks, 4);
    spreadOffset(v128.and(codes, mask), d, m, values);
    spreadOffset(i8x16.shr_u(codes, 4), d, m, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
