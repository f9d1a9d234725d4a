import { E2M1_DOUBLED, e2m1Carefully, e2m1Codes } from './e2m1';
import { largestBits } from './extremes';
import { splat15 } from './low-bits';
import { spreadSigned } from './spread';

const BYTES: usize = 36;
/** 2^120: moves the exponent of an E4M3 code, shifted into place, to that of a float32. */
const REBIAS = reinterpret<f32>(0x7b800000);

/** Half the scale; 0x7F is zero, 0xFF 480. */
function halfOfScale(code: u32): f32 {
  if (code === 0x7f) return 0;
  if (code === 0xff) return 240;
  return reinterpret<f32>((code & 0x7f) << 20) * REBIAS * 0.5;
}

function scaleCode(scale: f32): u32 {
  if (scale < 0.015625) return min(7, u32(scale * 512 + 0.5));
  const bits = reinterpret<u32>(scale);
  const code = (bits >> 20) - 960 + ((bits >> 19) & 1);
  return code < 120 ? code : LARGEST;
}

/** The largest scale. Values may be far beyond it, where float32 can't tell one code's error from another's. */
const LARGEST: u32 = 0x7e;
const CODES = memory.data(16, 16);

function codesOf(values: usize, scale: u32): v128 {
  if (scale === 0) return i8x16.splat(0);
  const half = halfOfScale(scale);
  if (scale !== LARGEST) return e2m1Codes(values, f32x4.splat(half));
  for (let j: usize = 0; j < 16; j++) store<u8>(CODES + j, e2m1Carefully(load<f32>(values + (j << 2)), half));
  return v128.load(CODES);
}

export function encodeNVFP4(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    for (let run: usize = 0; run < 4; run++) {
      const scale = scaleCode(reinterpret<f32>(largestBits(values, 16)) / 6);
      store<u8>(blocks + run, scale);
      const codes = codesOf(values, scale);
      // Codes j and j + 8 share a byte.
      const pairs = v128.or(codes, i8x16.shl(i64x2.shuffle(codes, codes, 1, 1), 4));
      v128.store64_lane(blocks + 4 + (run << 3), pairs, 0);
      values += 64;
    }
    blocks += BYTES;
  }
}

export function decodeNVFP4(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  const points = v128.load(E2M1_DOUBLED);
  for (let block = 0; block < count; block++) {
    for (let run: usize = 0; run < 4; run++) {
      const scale = f32x4.splat(halfOfScale(load<u8>(blocks + run)));
      const pairs = v128.load64_zero(blocks + 4 + (run << 3));
      const codes = i64x2.shuffle(v128.and(pairs, mask), i8x16.shr_u(pairs, 4), 0, 2);
      spreadSigned(i8x16.swizzle(points, codes), scale, values);
      values += 64;
    }
    blocks += BYTES;
  }
}
