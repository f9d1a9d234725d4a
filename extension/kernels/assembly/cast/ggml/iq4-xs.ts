import { extremeScale, reciprocal } from './extremes';
import { readHalf, writeHalf } from './half';
import { IQ4_POINTS, iq4Scales, storeIq4Codes } from './iq4-codes';
import { splat15 } from './low-bits';
import { nearest } from './nearest';
import { spreadSigned } from './spread';

const BYTES: usize = 136;
const SCALES = memory.data(32, 16);

export function encodeIQ4_XS(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    iq4Scales(values, SCALES);
    iq4Scales(values + 512, SCALES + 16);
    const d: f32 = -extremeScale(SCALES, 8) / 32;
    const inverse = reciprocal(d);
    store<u64>(blocks, 0);
    writeHalf(blocks, d);
    for (let run = 0; run < 8; run++) {
      const scale = load<f32>(SCALES + ((run as usize) << 2));
      const code = max(-32, min(31, nearest(inverse * scale)));
      storeIq4Codes(values, reciprocal(d * (code as f32)), blocks + 8 + ((run as usize) << 4));
      const low = blocks + 4 + ((run >> 1) as usize);
      const high = blocks + 2 + ((run >> 2) as usize);
      store<u8>(low, load<u8>(low) | (((code + 32) & 15) << (4 * (run & 1))));
      store<u8>(high, load<u8>(high) | (((code + 32) >> 4) << (2 * (run & 3))));
      values += 128;
    }
    blocks += BYTES;
  }
}

export function decodeIQ4_XS(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  const points = v128.load(IQ4_POINTS);
  for (let block = 0; block < count; block++) {
    const d = readHalf(blocks);
    for (let run = 0; run < 8; run++) {
      const low = ((load<u8>(blocks + 4 + ((run >> 1) as usize)) as i32) >> (4 * (run & 1))) & 15;
      const high = ((load<u8>(blocks + 2 + ((run >> 2) as usize)) as i32) >> (2 * (run & 3))) & 3;
      const scale = f32x4.splat(d * (((low | (high << 4)) - 32) as f32));
      const codes = v128.load(blocks + 8 + ((run as usize) << 4));
      spreadSigned(i8x16.swizzle(points, v128.and(codes, mask)), scale, values);
      spreadSigned(i8x16.swizzle(points, i8x16.shr_u(codes, 4)), scale, values + 64);
      values += 128;
    }
    blocks += BYTES;
  }
}
