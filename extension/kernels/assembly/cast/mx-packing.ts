import { lowFirst, packNibbles } from './nibbles';

const CONSTANTS = memory.data<u32>([0x0f0f0f0f, 0x3f3f3f3f, 0x003f003f, 0xfff, 0x00030003, 0xf]);

/**
 * Packs codes of 2, 4 or 6 bits, one a byte, row by row with the first in the low bits; each row starts a byte. See
 * core/formats/block-scaled/mx-packing.ts.
 */
export function packBits(src: usize, dst: usize, rows: i32, columns: i32, bits: i32): void {
  const rowBytes = ((columns * bits + 7) >> 3) as usize;
  for (let row = 0; row < rows; row++) {
    const whole = columns & ~15;
    if (bits === 4) pack4(src, dst, whole);
    else if (bits === 6) pack6(src, dst, whole);
    else pack2(src, dst, whole);
    // What is left begins a byte: 16 codes are whole bytes.
    let at = dst + (((whole * bits) >> 3) as usize);
    let word: u32 = 0;
    let filled = 0;
    for (let i = whole; i < columns; i++) {
      word |= (load<u8>(src + (i as usize)) as u32) << filled;
      filled += bits;
      if (filled >= 8) {
        store<u8>(at++, word);
        word >>= 8;
        filled -= 8;
      }
    }
    if (filled > 0) store<u8>(at, word);
    src += columns as usize;
    dst += rowBytes;
  }
}

/** n codes, a multiple of 16. */
function pack4(src: usize, dst: usize, n: i32): void {
  const order = lowFirst();
  let i = 0;
  for (; i + 32 <= n; i += 32) {
    const low = v128.load(src + (i as usize));
    const high = v128.load(src + (i as usize), 16);
    v128.store(dst + ((i >> 1) as usize), packNibbles(low, high, order));
  }
  if (i === n) return;
  const codes = v128.load(src + (i as usize));
  v128.store64_lane(dst + ((i >> 1) as usize), packNibbles(codes, codes, order), 0);
}

function pack6(src: usize, dst: usize, n: i32): void {
  const six = v128.load32_splat(CONSTANTS, 8);
  const twelve = v128.load32_splat(CONSTANTS, 12);
  for (let i = 0; i < n; i += 16) {
    const codes = v128.load(src + (i as usize));
    const pairs = v128.or(v128.and(codes, six), i16x8.shl(i16x8.shr_u(codes, 8), 6));
    const quads = v128.or(v128.and(pairs, twelve), i32x4.shl(i32x4.shr_u(pairs, 16), 12));
    const bytes = i8x16.shuffle(quads, quads, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0);
    v128.store64_lane(dst, bytes, 0);
    v128.store32_lane(dst, bytes, 2, 8);
    dst += 12;
  }
}

function pack2(src: usize, dst: usize, n: i32): void {
  const two = v128.load32_splat(CONSTANTS, 16);
  const four = v128.load32_splat(CONSTANTS, 20);
  for (let i = 0; i < n; i += 16) {
    const codes = v128.load(src + (i as usize));
    const pairs = v128.or(v128.and(codes, two), i16x8.shl(i16x8.shr_u(codes, 8), 2));
    const quads = v128.or(v128.and(pairs, four), i32x4.shl(i32x4.shr_u(pairs, 16), 4));
    const bytes = i8x16.shuffle(quads, quads, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
    v128.store32_lane(dst + ((i >> 2) as usize), bytes, 0);
  }
}

/** The inverse of `packBits`. */
export function unpackBits(src: usize, dst: usize, rows: i32, columns: i32, bits: i32): void {
  const rowBytes = ((columns * bits + 7) >> 3) as usize;
  const mask: u32 = (1 << bits) - 1;
  for (let row = 0; row < rows; row++) {
    const whole = bits === 2 ? 0 : columns & ~15;
    if (bits === 4) unpack4(src, dst, whole);
    else if (bits === 6) unpack6(src, dst, whole);
    let at = src + (((whole * bits) >> 3) as usize);
    let word: u32 = 0;
    let filled = 0;
    for (let i = whole; i < columns; i++) {
      if (filled < bits) {
        word |= (load<u8>(at++) as u32) << filled;
        filled += 8;
      }
      store<u8>(dst + (i as usize), word & mask);
      word >>= bits;
      filled -= bits;
    }
    src += rowBytes;
    dst += columns as usize;
  }
}

function unpack4(src: usize, dst: usize, n: i32): void {
  const mask = v128.load32_splat(CONSTANTS);
  for (let i = 0; i < n; i += 16) {
    const bytes = v128.load64_zero(src + ((i >> 1) as usize));
    const low = v128.and(bytes, mask);
    const high = i8x16.shr_u(bytes, 4);
    const codes = i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    v128.store(dst + (i as usize), codes);
  }
}

function unpack6(src: usize, dst: usize, n: i32): void {
  const six = v128.load32_splat(CONSTANTS, 8);
  const twelve = v128.load32_splat(CONSTANTS, 12);
  const mask = v128.load32_splat(CONSTANTS, 4);
  for (let i = 0; i < n; i += 16) {
    const low = v128.load64_zero(src);
    const bytes = v128.load32_lane(src, low, 2, 8);
    const quads = i8x16.shuffle(bytes, bytes, 0, 1, 2, 15, 3, 4, 5, 15, 6, 7, 8, 15, 9, 10, 11, 15);
    const pairs = v128.or(v128.and(quads, twelve), i32x4.shl(i32x4.shr_u(quads, 12), 16));
    const codes = v128.or(v128.and(pairs, six), i16x8.shl(i16x8.shr_u(pairs, 6), 8));
    v128.store(dst + (i as usize), v128.and(codes, mask));
    src += 12;
  }
}
