import { absMask, largestLane } from './constants';
import { roundQuad, widenQuad } from './small-float';

const SHIFT = 13;
/** 0xfff - (112 << 23), 1, 2^-14, magic 2^-1, sign. */
const ENCODE = memory.data<u32>([0xc8000fff, 1, 0x38800000, 0x3f000000, 0x8000]);
/** 2^112, first special code, exponent bits, magnitude mask. */
const WIDEN = memory.data<u32>([0x77800000, 0x7c00, 0x7f800000, 0x7fff]);

/** 65520: a tie that goes to infinity. */
export const FP16_LIMIT: u32 = 0x477ff000;

/** Casts n values, a multiple of 8, all below the limit. Returns the largest magnitude's bits, which tells. */
export function encodeFp16(src: usize, dst: usize, n: i32): u32 {
  const abs = absMask();
  const rebias = v128.load32_splat(ENCODE);
  const one = v128.load32_splat(ENCODE, 4);
  const normal = v128.load32_splat(ENCODE, 8);
  const magic = v128.load32_splat(ENCODE, 12);
  const sign = v128.load32_splat(ENCODE, 16);
  let largest = i32x4.splat(0);
  for (let i = 0; i < n; i += 8) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    const x = v128.and(a, abs);
    const y = v128.and(b, abs);
    largest = i32x4.max_s(largest, i32x4.max_s(x, y));
    const p = v128.or(roundQuad(x, SHIFT, rebias, one, normal, magic), v128.and(i32x4.shr_u(a, 16), sign));
    const q = v128.or(roundQuad(y, SHIFT, rebias, one, normal, magic), v128.and(i32x4.shr_u(b, 16), sign));
    v128.store(dst, i16x8.narrow_i32x4_u(p, q));
    src += 32;
    dst += 16;
  }
  return largestLane(largest);
}

/** Exact float32 values of n codes; NaN stays NaN. */
export function widenFp16(src: usize, dst: usize, n: i32): void {
  const scale = v128.load32_splat(WIDEN);
  const special = v128.load32_splat(WIDEN, 4);
  const exponent = v128.load32_splat(WIDEN, 8);
  const mask = v128.load32_splat(WIDEN, 12);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const codes = v128.load16x4_u(src + ((i as usize) << 1));
    const value = widenQuad(v128.and(codes, mask), SHIFT, scale, special, exponent);
    v128.store(dst + ((i as usize) << 2), v128.or(value, i32x4.shl(v128.andnot(codes, mask), 16)));
  }
  for (; i < n; i++) {
    const code = load<u16>(src + ((i as usize) << 1)) as u32;
    const magnitude = code & 0x7fff;
    const value = reinterpret<u32>(reinterpret<f32>(magnitude << SHIFT) * reinterpret<f32>(0x77800000));
    const bits = magnitude >= 0x7c00 ? value | 0x7f800000 : value;
    store<u32>(dst + ((i as usize) << 2), bits | ((code & 0x8000) << 16));
  }
}
