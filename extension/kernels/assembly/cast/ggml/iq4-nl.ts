import { reciprocal } from './extremes';
import { readHalf, writeHalf } from './half';
import { IQ4_POINTS, iq4Scales, storeIq4Codes } from './iq4-codes';
import { splat15 } from './low-bits';
import { spreadSigned } from './spread';

const BYTES: usize = 18;
const SCALES = memory.data(16, 16);
/** The last blocks, when they are fewer than four. */
const REST = memory.data(512, 16);

export function encodeIQ4_NL(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block += 4) {
    const n = min(4, count - block);
    let from = values;
    if (n < 4) {
      memory.fill(REST, 0, 512);
      memory.copy(REST, values, (n as usize) << 7);
      from = REST;
    }
    iq4Scales(from, SCALES);
    for (let each = 0; each < n; each++) {
      const scale = load<f32>(SCALES + ((each as usize) << 2));
      writeHalf(blocks, scale);
      storeIq4Codes(values, reciprocal(scale), blocks + 2);
      values += 128;
      blocks += BYTES;
    }
  }
}

export function decodeIQ4_NL(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  const points = v128.load(IQ4_POINTS);
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    const codes = v128.load(blocks, 2);
    spreadSigned(i8x16.swizzle(points, v128.and(codes, mask)), d, values);
    spreadSigned(i8x16.swizzle(points, i8x16.shr_u(codes, 4)), d, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
