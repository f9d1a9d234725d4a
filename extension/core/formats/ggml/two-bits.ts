/** Writes 256 codes of 2 bits to 64 bytes: four runs of 32 share 32 bytes, the first in the low bits; twice. */
export function writeTwoBits(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let j = 0; j < 64; j++) {
    const from = (j >> 5) * 128 + (j & 31);
    bytes[at + j] =
      (codes[from]! & 3) |
      ((codes[from + 32]! & 3) << 2) |
      ((codes[from + 64]! & 3) << 4) |
      ((codes[from + 96]! & 3) << 6);
  }
}

/** Code j of 256 as `writeTwoBits` leaves them. */
export function twoBits(bytes: Uint8Array, at: number, j: number): number {
  return (bytes[at + (j >> 7) * 32 + (j & 31)]! >> (2 * ((j >> 5) & 3))) & 3;
}
