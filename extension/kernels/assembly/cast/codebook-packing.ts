import { highFirst, packNibbles } from './nibbles';

const NIBBLES = memory.data<u32>([0x0f0f0f0f]);

/** Packs n codes, one a byte, two to a byte with the first in the high nibble; `filler` joins an odd last one. */
export function packHighFirst(src: usize, dst: usize, n: i32, filler: i32): void {
  const order = highFirst();
  let i = 0;
  for (; i + 32 <= n; i += 32) {
    const low = v128.load(src + (i as usize));
    const high = v128.load(src + (i as usize), 16);
    v128.store(dst + ((i >> 1) as usize), packNibbles(low, high, order));
  }
  for (; i < n; i += 2) {
    const second = i + 1 < n ? (load<u8>(src + (i as usize), 1) as i32) : filler;
    store<u8>(dst + ((i >> 1) as usize), ((load<u8>(src + (i as usize)) as i32) << 4) | second);
  }
}

/** The inverse of `packHighFirst`. */
export function unpackHighFirst(src: usize, dst: usize, n: i32): void {
  const mask = v128.load32_splat(NIBBLES);
  let i = 0;
  for (; i + 32 <= n; i += 32) {
    const pairs = v128.load(src + ((i >> 1) as usize));
    const high = v128.and(i16x8.shr_u(pairs, 4), mask);
    const low = v128.and(pairs, mask);
    const to = dst + (i as usize);
    v128.store(to, i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, i8x16.shuffle(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
  for (; i < n; i++) {
    const pair = load<u8>(src + ((i >> 1) as usize)) as i32;
    store<u8>(dst + (i as usize), (i & 1) === 0 ? pair >> 4 : pair & 15);
  }
}

/**
 * Packs codes of 1, 2 or 3 bits, one a byte, row by row with the first in the low bits; each row starts a byte. Eight
 * codes are gathered in three steps, each of which joins neighbours.
 */
export function packNarrow(src: usize, dst: usize, rows: i32, columns: i32, bits: i32): void {
  const b = bits as u64;
  const pairs = field(2 * bits, 16);
  const quads = field(4 * bits, 32);
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 8 <= columns; i += 8) {
      let word = load<u64>(src + (i as usize));
      word = (word | (word >> (8 - b))) & pairs;
      word = (word | (word >> (16 - 2 * b))) & quads;
      word |= word >> (32 - 4 * b);
      if (bits === 1) store<u8>(dst, word as u8);
      else store<u16>(dst, word as u16);
      if (bits === 3) store<u8>(dst, (word >> 16) as u8, 2);
      dst += bits as usize;
    }
    let word: u32 = 0;
    for (let code = i; code < columns; code++) {
      word |= (load<u8>(src + (code as usize)) as u32) << ((code - i) * bits);
    }
    for (let left = (columns - i) * bits; left > 0; left -= 8) {
      store<u8>(dst++, word as u8);
      word >>= 8;
    }
    src += columns as usize;
  }
}

/** The inverse of `packNarrow`. */
export function unpackNarrow(src: usize, dst: usize, rows: i32, columns: i32, bits: i32): void {
  const b = bits as u64;
  const singles = field(bits, 8);
  const pairs = field(2 * bits, 16);
  const quads = field(4 * bits, 32);
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 8 <= columns; i += 8) {
      let word = readBytes(src, bits) as u64;
      word = (word | (word << (32 - 4 * b))) & quads;
      word = (word | (word << (16 - 2 * b))) & pairs;
      store<u64>(dst + (i as usize), (word | (word << (8 - b))) & singles);
      src += bits as usize;
    }
    const rest = ((columns - i) * bits + 7) >> 3;
    let word = readBytes(src, rest);
    src += rest as usize;
    for (; i < columns; i++) {
      store<u8>(dst + (i as usize), word & ((1 << bits) - 1));
      word >>= bits;
    }
    dst += columns as usize;
  }
}

/** Up to 3 bytes as a number. */
function readBytes(src: usize, count: i32): u32 {
  let word: u32 = 0;
  if (count > 0) word = load<u8>(src) as u32;
  if (count > 1) word |= (load<u8>(src, 1) as u32) << 8;
  if (count > 2) word |= (load<u8>(src, 2) as u32) << 16;
  return word;
}

/** The lowest `bits` bits of each `each` bits. */
function field(bits: i32, each: i32): u64 {
  const one = ((1 as u64) << bits) - 1;
  let mask: u64 = 0;
  for (let at = 0; at < 64; at += each) mask |= one << at;
  return mask;
}
