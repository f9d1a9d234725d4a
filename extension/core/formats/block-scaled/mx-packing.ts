import { packBits, unpackBits } from '../bit-packing';
import type { MatrixShape } from '../format';

/** Bytes of one packed row. */
export function packedRowBytes(columns: number, bits: number): number {
  return Math.ceil((columns * bits) / 8);
}

/**
 * Packs codes of `bits` bits (at most 8) row by row: the first in the least significant bits, codes run on over
 * bytes, each row starts a byte and the rest of its last one is zero. For 4 bits that is the layout of
 * compressed-tensors' `pack_fp4_to_uint8`, for 6 bits that of its `pack_fp6_to_uint8`.
 */
export function packRows(codes: Uint8Array, { rows, columns }: MatrixShape, bits: number): Uint8Array<ArrayBuffer> {
  const rowBytes = packedRowBytes(columns, bits);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    packBits(codes, row * columns, columns, bits, packed, row * rowBytes);
  }
  return packed;
}

/** The inverse of `packRows`. */
export function unpackRows(packed: Uint8Array, { rows, columns }: MatrixShape, bits: number): Uint8Array<ArrayBuffer> {
  const rowBytes = packedRowBytes(columns, bits);
  const codes = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    unpackBits(packed, row * rowBytes, columns, bits, (column, code) => {
      codes[row * columns + column] = code;
    });
  }
  return codes;
}
