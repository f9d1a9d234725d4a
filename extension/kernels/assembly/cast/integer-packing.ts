import { lowFirst, packNibbles } from './nibbles';

const CONSTANTS = memory.data<u8>([8, 15]);

/**
 * Packs rows of int8 codes -8 .. 7 as compressed-tensors does: code + 8, low nibble first, each row in whole 32-bit
 * words whose rest is zero.
 */
export function packInt4(src: usize, dst: usize, rows: i32, columns: i32): void {
  const offset = v128.load8_splat(CONSTANTS);
  const order = lowFirst();
  const rowBytes = (((columns + 7) >> 3) << 2) as usize;
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 32 <= columns; i += 32) {
      const low = i8x16.add(v128.load(src + (i as usize)), offset);
      const high = i8x16.add(v128.load(src + (i as usize), 16), offset);
      v128.store(dst + ((i >> 1) as usize), packNibbles(low, high, order));
    }
    for (let byte = (i >> 1) as usize; byte < rowBytes; byte++) store<u8>(dst + byte, 0);
    for (; i < columns; i++) {
      const nibble = ((load<i8>(src + (i as usize)) as i32) + 8) << ((i & 1) << 2);
      const at = dst + ((i >> 1) as usize);
      store<u8>(at, (load<u8>(at) as i32) | nibble);
    }
    src += columns as usize;
    dst += rowBytes;
  }
}

/** The inverse of `packInt4`. */
export function unpackInt4(src: usize, dst: usize, rows: i32, columns: i32): void {
  const offset = v128.load8_splat(CONSTANTS);
  const mask = v128.load8_splat(CONSTANTS, 1);
  const rowBytes = (((columns + 7) >> 3) << 2) as usize;
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 32 <= columns; i += 32) {
      const bytes = v128.load(src + ((i >> 1) as usize));
      const low = i8x16.sub(v128.and(bytes, mask), offset);
      const high = i8x16.sub(i8x16.shr_u(bytes, 4), offset);
      const to = dst + (i as usize);
      v128.store(to, i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      v128.store(to, i8x16.shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
    }
    for (; i < columns; i++) {
      const byte = load<u8>(src + ((i >> 1) as usize)) as i32;
      store<i8>(dst + (i as usize), (((byte >> ((i & 1) << 2)) & 15) - 8) as i8);
    }
    src += rowBytes;
    dst += columns as usize;
  }
}

/** Bytes of a 64-bit word, and pairs of them. */
const BYTES: u64 = 0x00ff00ff00ff00ff;
const PAIRS: u64 = 0x0000ffff0000ffff;
const ONES: u64 = 0x0101010101010101;

/**
 * Packs rows of codes of `bits` bits, the first in the low bits, running on over bytes; each row takes `rowBytes`, the
 * rest of which is zero. Codes are bytes, or u16 with `wide`. The bits in `flip` are turned over: the highest, to store
 * signed codes with an offset.
 */
export function packCodes(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  bits: i32,
  wide: bool,
  flip: u32,
  rowBytes: usize,
): void {
  const mask: u32 = (1 << bits) - 1;
  const masks = ONES * (mask as u64);
  const flips = ONES * (flip as u64);
  for (let row = 0; row < rows; row++) {
    const end = dst + rowBytes;
    let i = 0;
    if (!wide) {
      for (; i + 8 <= columns && dst + 8 <= end; i += 8) {
        const codes = (load<u64>(src + (i as usize)) & masks) ^ flips;
        const pairs = (codes & BYTES) | (((codes >> 8) & BYTES) << bits);
        const quads = (pairs & PAIRS) | (((pairs >> 16) & PAIRS) << (bits << 1));
        store<u64>(dst, (quads & 0xffffffff) | ((quads >> 32) << (bits << 2)));
        dst += bits as usize;
      }
    }
    memory.fill(dst, 0, end - dst);
    let word: u32 = 0;
    let filled = 0;
    for (; i < columns; i++) {
      const code = wide ? (load<u16>(src + ((i as usize) << 1)) as u32) : (load<u8>(src + (i as usize)) as u32);
      word |= ((code & mask) ^ flip) << filled;
      filled += bits;
      while (filled >= 8) {
        store<u8>(dst++, word);
        word >>= 8;
        filled -= 8;
      }
    }
    if (filled > 0) store<u8>(dst, word);
    src += (columns as usize) << (wide ? 1 : 0);
    dst = end;
  }
}

/** The inverse of `packCodes`; with `flip` the codes come out signed, in bytes. */
export function unpackCodes(
  src: usize,
  dst: usize,
  rows: i32,
  columns: i32,
  bits: i32,
  wide: bool,
  flip: u32,
  rowBytes: usize,
): void {
  const mask: u32 = (1 << bits) - 1;
  const masks = ONES * (mask as u64);
  for (let row = 0; row < rows; row++) {
    const end = src + rowBytes;
    let i = 0;
    if (!wide) {
      for (; i + 8 <= columns && src + 8 <= end; i += 8) {
        const all = load<u64>(src);
        const four: u64 = ((1 as u64) << (bits << 2)) - 1;
        const quads = (all & four) | (((all >> (bits << 2)) & four) << 32);
        const two: u64 = (((1 as u64) << (bits << 1)) - 1) * 0x0000000100000001;
        const pairs = (quads & two) | (((quads >> (bits << 1)) & two) << 16);
        const one: u64 = (mask as u64) * 0x0001000100010001;
        const codes = (pairs & one) | (((pairs >> bits) & one) << 8);
        store<u64>(dst + (i as usize), flip === 0 ? codes : signed(codes ^ (ONES * (flip as u64)), flip));
        src += bits as usize;
      }
    }
    let word: u32 = 0;
    let filled = 0;
    for (; i < columns; i++) {
      while (filled < bits) {
        word |= (load<u8>(src++) as u32) << filled;
        filled += 8;
      }
      const code = (word & mask) ^ flip;
      word >>= bits;
      filled -= bits;
      if (wide) store<u16>(dst + ((i as usize) << 1), code);
      else store<u8>(dst + (i as usize), flip === 0 ? code : (code ^ flip) - flip);
    }
    src = end;
    dst += (columns as usize) << (wide ? 1 : 0);
  }
}

/** Sign-extends codes in the bytes of a word, whose sign bit is `flip`. */
function signed(codes: u64, flip: u32): u64 {
  const signs = codes & (ONES * (flip as u64));
  // A byte with the sign gets all bits above it too: 0 less the sign bit, byte by byte and without borrowing.
  return codes | (signs * ((0x100 - (flip as u64)) / (flip as u64)));
}
