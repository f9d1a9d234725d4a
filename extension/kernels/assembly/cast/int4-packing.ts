const CONSTANTS = memory.data<u8>([8, 15]);

/**
 * Packs rows of int8 codes -8 .. 7 as compressed-tensors does: code + 8, low nibble first, each row in whole 32-bit
 * words whose rest is zero.
 */
export function packInt4(src: usize, dst: usize, rows: i32, columns: i32): void {
  const offset = v128.load8_splat(CONSTANTS);
  const rowBytes = (((columns + 7) >> 3) << 2) as usize;
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 32 <= columns; i += 32) {
      const low = i8x16.add(v128.load(src + (i as usize)), offset);
      const high = i8x16.add(v128.load(src + (i as usize), 16), offset);
      // Each 16-bit lane holds two nibbles in its bytes: the upper one moves beside the lower.
      const p = v128.or(low, i16x8.shr_u(low, 4));
      const q = v128.or(high, i16x8.shr_u(high, 4));
      const bytes = i8x16.shuffle(p, q, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
      v128.store(dst + ((i >> 1) as usize), bytes);
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
