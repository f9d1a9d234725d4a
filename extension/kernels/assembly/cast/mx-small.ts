/**
 * Of E2M3, E3M2 and E2M1 the upper half of the float32 of each magnitude, the lower half being zero: 32 times its
 * third byte, then 32 times its fourth.
 */
export const SMALL_TABLES = memory.data(192);

const CONSTANTS = memory.data<u8>([16, 31]);

/** Bytes of two tables of 16 by numbers 0 .. 31. */
function lookUp(table: usize, at: v128, sixteen: v128): v128 {
  // Numbers beyond 15, and so those less 16 that wrap, give 0.
  return v128.or(i8x16.swizzle(v128.load(table), at), i8x16.swizzle(v128.load(table, 16), i8x16.sub(at, sixteen)));
}

/** Exact float32 of n codes of at most 6 bits, one a byte; `sign` is their sign bit, 0x20 or 0x08. */
export function widenSmall(src: usize, dst: usize, n: i32, tables: usize, sign: u32): void {
  const sixteen = v128.load8_splat(CONSTANTS);
  const mask = i8x16.splat((sign - 1) as i8);
  const signMask = i8x16.splat(sign as i8);
  const up = sign === 0x20 ? 2 : 4;
  const zero = i32x4.splat(0);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    const codes = v128.load(src + (i as usize));
    const magnitude = v128.and(codes, mask);
    const third = lookUp(tables, magnitude, sixteen);
    const fourth = v128.or(lookUp(tables + 32, magnitude, sixteen), i8x16.shl(v128.and(codes, signMask), up));
    const low = i8x16.shuffle(third, fourth, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(third, fourth, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const to = dst + ((i as usize) << 2);
    v128.store(to, i16x8.shuffle(zero, low, 0, 8, 0, 9, 0, 10, 0, 11));
    v128.store(to, i16x8.shuffle(zero, low, 0, 12, 0, 13, 0, 14, 0, 15), 16);
    v128.store(to, i16x8.shuffle(zero, high, 0, 8, 0, 9, 0, 10, 0, 11), 32);
    v128.store(to, i16x8.shuffle(zero, high, 0, 12, 0, 13, 0, 14, 0, 15), 48);
  }
  for (; i < n; i++) {
    const code = load<u8>(src + (i as usize)) as u32;
    const at = tables + ((code & (sign - 1)) as usize);
    const upper = (load<u8>(at) as u32) | ((load<u8>(at, 32) as u32) << 8) | ((code & sign) !== 0 ? 0x8000 : 0);
    store<u32>(dst + ((i as usize) << 2), upper << 16);
  }
}
