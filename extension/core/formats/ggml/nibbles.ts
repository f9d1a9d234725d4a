/** Writes 32 codes of 4 bits to 16 bytes: j in the low nibble of byte j, j + 16 in the high one. */
export function writeNibbles(codes: Uint8Array, from: number, bytes: Uint8Array, at: number): void {
  for (let j = 0; j < 16; j++) bytes[at + j] = (codes[from + j]! & 15) | ((codes[from + j + 16]! & 15) << 4);
}

/** The inverse of `writeNibbles`, one code at a time. */
export function nibble(bytes: Uint8Array, at: number, j: number): number {
  return (bytes[at + (j & 15)]! >> (j < 16 ? 0 : 4)) & 15;
}

/** Writes 256 codes of 4 bits to 128 bytes, in pairs of runs of 32: the first run in the low nibbles. */
export function writeRunNibbles(codes: Uint8Array, bytes: Uint8Array, at: number): void {
  for (let j = 0; j < 128; j++) {
    const from = (j >> 5) * 64 + (j & 31);
    bytes[at + j] = (codes[from]! & 15) | ((codes[from + 32]! & 15) << 4);
  }
}

/** Code j of 256 as `writeRunNibbles` leaves them. */
export function runNibble(bytes: Uint8Array, at: number, j: number): number {
  return (bytes[at + (j >> 6) * 32 + (j & 31)]! >> ((j & 32) === 0 ? 0 : 4)) & 15;
}
