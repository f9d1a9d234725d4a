import { packBits, unpackBits } from '../bit-packing';
import type { MatrixShape } from '../format';

const WORD = 32;

/** 32-bit words that `count` codes of `bits` bits fill, the last one perhaps not to the end. */
export function packedWords(count: number, bits: number): number {
  return Math.ceil((count * bits) / WORD);
}

/**
 * Packs signed codes of 2 to 8 bits as `pack_to_int32` of compressed-tensors 0.20 does: code + 2^(bits - 1), dense in
 * little-endian 32-bit words from the least significant bit on, so that a code of 3, 5 or 6 bits may lie across two
 * words. Each row starts a word and the rest of its last word is zero.
 */
export function packIntegers(codes: Int16Array, { rows, columns }: MatrixShape, bits: number): Uint8Array<ArrayBuffer> {
  const rowBytes = packedWords(columns, bits) * 4;
  const packed = new Uint8Array(rows * rowBytes);
  const unsigned = codes.map((code) => code + 2 ** (bits - 1));
  for (let row = 0; row < rows; row++) packBits(unsigned, row * columns, columns, bits, packed, row * rowBytes);
  return packed;
}

/** The inverse of `packIntegers`. */
export function unpackIntegers(packed: Uint8Array, { rows, columns }: MatrixShape, bits: number): Int16Array {
  const rowBytes = packedWords(columns, bits) * 4;
  const codes = new Int16Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    unpackBits(packed, row * rowBytes, columns, bits, (column, code) => {
      codes[row * columns + column] = code - 2 ** (bits - 1);
    });
  }
  return codes;
}

/** Rows x columns to columns x rows. */
export function transposed(codes: Int16Array, { rows, columns }: MatrixShape): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: codes.length }, (_, at) => codes[(at % rows) * columns + Math.floor(at / rows)]!);
}
