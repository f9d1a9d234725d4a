import { splat15, splat3 } from './low-bits';

/** 256 codes of a block, one a byte, before they are packed. */
export const BLOCK_CODES = memory.data(256, 16);

/** Packs nibbles of the codes to 128 bytes: pairs of runs of 32, the first in the low nibbles. */
export function packRunNibbles(to: usize): void {
  const mask = splat15();
  for (let at: usize = 0; at < 256; at += 64) {
    for (let half: usize = 0; half < 32; half += 16) {
      const low = v128.and(v128.load(BLOCK_CODES + at + half), mask);
      const high = v128.load(BLOCK_CODES + at + half, 32);
      v128.store(to, v128.or(low, i8x16.shl(high, 4)));
      to += 16;
    }
  }
}

/** Packs the lower 2 bits of the codes to 64 bytes: four runs of 32, the first in the low bits; twice. */
export function packTwoBits(to: usize): void {
  const mask = splat3();
  for (let at: usize = 0; at < 256; at += 128) {
    for (let half: usize = 0; half < 32; half += 16) {
      const from = BLOCK_CODES + at + half;
      const a = v128.and(v128.load(from), mask);
      const b = i8x16.shl(v128.and(v128.load(from, 32), mask), 2);
      const c = i8x16.shl(v128.and(v128.load(from, 64), mask), 4);
      const d = i8x16.shl(v128.load(from, 96), 6);
      v128.store(to, v128.or(v128.or(a, b), v128.or(c, d)));
      to += 16;
    }
  }
}

/** Packs one bit of the codes to 32 bytes: that of code j is bit j / 32 of byte j % 32. */
export function packHighBits(bit: i32, to: usize): void {
  const one = i8x16.splat(1);
  for (let half: usize = 0; half < 32; half += 16) {
    let bits = i8x16.splat(0);
    for (let run = 0; run < 8; run++) {
      const codes = v128.load(BLOCK_CODES + ((run as usize) << 5) + half);
      bits = v128.or(bits, i8x16.shl(v128.and(i8x16.shr_u(codes, bit), one), run));
    }
    v128.store(to + half, bits);
  }
}
