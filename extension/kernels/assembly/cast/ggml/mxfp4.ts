import { E2M1_DOUBLED, e2m1Carefully, e2m1Codes } from './e2m1';
import { largestBits } from './extremes';
import { splat15 } from './low-bits';
import { spreadSigned } from './spread';

const BYTES: usize = 17;

/** Half of the power of two that an E8M0 code stands for. */
function halfOfE8m0(code: u32): f32 {
  return reinterpret<f32>(code < 2 ? 0x00200000 << code : (code - 1) << 23);
}

/** floor of log2 rounded to float32, less 2, biased, in 8 bits. */
function exponentCode(amax: f32): u32 {
  if (amax === 0) return 0;
  return (((floor<f32>(NativeMath.log2(amax as f64) as f32) as i32) + 125) & 255) as u32;
}

/** From this exponent on, products of codes overflow. */
const OVERFLOWING: u32 = 252;

export function encodeMXFP4(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    const exponent = exponentCode(reinterpret<f32>(largestBits(values, 32)));
    const scale = halfOfE8m0(exponent);
    store<u8>(blocks, exponent);
    if (exponent < OVERFLOWING) {
      const scales = f32x4.splat(scale);
      v128.store(blocks, v128.or(e2m1Codes(values, scales), i8x16.shl(e2m1Codes(values + 64, scales), 4)), 1);
    } else {
      for (let j: usize = 0; j < 16; j++) {
        const low = e2m1Carefully(load<f32>(values + (j << 2)), scale);
        const high = e2m1Carefully(load<f32>(values + (j << 2), 64), scale);
        store<u8>(blocks + 1 + j, low | (high << 4));
      }
    }
    values += 128;
    blocks += BYTES;
  }
}

export function decodeMXFP4(blocks: usize, values: usize, count: i32): void {
  const mask = splat15();
  const points = v128.load(E2M1_DOUBLED);
  for (let block = 0; block < count; block++) {
    const scale = f32x4.splat(halfOfE8m0(load<u8>(blocks)));
    const codes = v128.load(blocks, 1);
    spreadSigned(i8x16.swizzle(points, v128.and(codes, mask)), scale, values);
    spreadSigned(i8x16.swizzle(points, i8x16.shr_u(codes, 4)), scale, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
