import { absMask, largestLane } from './constants';

const CONSTANTS = memory.data<u32>([0x7fff, 1]);

/** Overflow begins here: halfway between the largest code and infinity, a tie that goes to infinity. */
export const BF16_LIMIT: u32 = 0x7f7f8000;

/** Casts n values, a multiple of 8, all below the limit. Returns the largest magnitude's bits, which tells. */
export function encodeBf16(src: usize, dst: usize, n: i32): u32 {
  const abs = absMask();
  const bias = v128.load32_splat(CONSTANTS);
  const one = v128.load32_splat(CONSTANTS, 4);
  let largest = i32x4.splat(0);
  for (let i = 0; i < n; i += 8) {
    const a = v128.load(src);
    const b = v128.load(src, 16);
    largest = i32x4.max_s(largest, i32x4.max_s(v128.and(a, abs), v128.and(b, abs)));
    const x = i32x4.add(i32x4.add(a, bias), v128.and(i32x4.shr_u(a, 16), one));
    const y = i32x4.add(i32x4.add(b, bias), v128.and(i32x4.shr_u(b, 16), one));
    v128.store(dst, i8x16.shuffle(x, y, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31));
    src += 32;
    dst += 16;
  }
  return largestLane(largest);
}

/** Exact float32 values of n codes. */
export function widenBf16(src: usize, dst: usize, n: i32): void {
  const zero = i32x4.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const codes = v128.load(src + ((i as usize) << 1));
    const to = dst + ((i as usize) << 2);
    v128.store(to, i8x16.shuffle(zero, codes, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23));
    v128.store(to, i8x16.shuffle(zero, codes, 0, 1, 24, 25, 2, 3, 26, 27, 4, 5, 28, 29, 6, 7, 30, 31), 16);
  }
  for (; i < n; i++) {
    store<u32>(dst + ((i as usize) << 2), (load<u16>(src + ((i as usize) << 1)) as u32) << 16);
  }
}
