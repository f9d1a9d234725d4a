import { extreme, reciprocal } from './extremes';
import { readHalf, writeHalf } from './half';
import { splat15, splat8 } from './low-bits';
import { cutCodes } from './rounded-codes';
import { spreadSigned } from './spread';

const BYTES: usize = 18;
const SHIFT = memory.data<f32>([8.5]);

export function encodeQ4_0(values: usize, blocks: usize, count: i32): void {
  const zero = f32x4.splat(0);
  const shift = v128.load32_splat(SHIFT);
  const limit = splat15();
  for (let block = 0; block < count; block++) {
    const d = extreme(values, 32) / -8;
    const inverse = reciprocal(d);
    writeHalf(blocks, d);
    if (abs(inverse) === Infinity) v128.store(blocks, zero, 2);
    else {
      const factor = f32x4.splat(inverse);
      const low = cutCodes(values, zero, factor, shift, limit);
      const high = cutCodes(values + 64, zero, factor, shift, limit);
      v128.store(blocks, v128.or(low, i8x16.shl(high, 4)), 2);
    }
    values += 128;
    blocks += BYTES;
  }
}

export function decodeQ4_0(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  const eight = splat8();
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    const codes = v128.load(blocks, 2);
    spreadSigned(i8x16.sub(v128.and(codes, mask), eight), d, values);
    spreadSigned(i8x16.sub(i8x16.shr_u(codes, 4), eight), d, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
