import type { MatrixShape } from './format';

const PER_WORD = 8;
const OFFSET = 8;

/** 32-bit words of one packed row. */
export function packedWords(columns: number): number {
  return Math.ceil(columns / PER_WORD);
}

/**
 * Packs codes -8 .. 7 as compressed_tensors `pack_to_int32` does: code + 8, eight to a little-endian 32-bit word,
 * the first in the least significant bits; each row starts a word and the rest of its last word is zero.
 */
export function packInt4(codes: Int8Array, { rows, columns }: MatrixShape): Uint8Array<ArrayBuffer> {
  const rowBytes = packedWords(columns) * 4;
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const nibble = codes[row * columns + column]! + OFFSET;
      packed[row * rowBytes + (column >> 1)]! |= nibble << ((column & 1) * 4);
    }
  }
  return packed;
}

/** The inverse of `packInt4`. */
export function unpackInt4(packed: Uint8Array, { rows, columns }: MatrixShape): Int8Array<ArrayBuffer> {
  const rowBytes = packedWords(columns) * 4;
  const codes = new Int8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const byte = packed[row * rowBytes + (column >> 1)]!;
      codes[row * columns + column] = ((byte >> ((column & 1) * 4)) & 15) - OFFSET;
    }
  }
  return codes;
}
