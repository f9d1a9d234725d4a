/** Writes bit `bit` of each code of a block to a mask of so many bytes: element j is bit j / bytes of byte j % bytes. */
export function writeHighBits(codes: Uint8Array, bit: number, bytes: Uint8Array, at: number, length: number): void {
  bytes.fill(0, at, at + length);
  codes.forEach((code, j) => {
    bytes[at + (j % length)]! |= ((code >> bit) & 1) << Math.floor(j / length);
  });
}

/** Bit of element j as `writeHighBits` leaves it. */
export function highBit(bytes: Uint8Array, at: number, length: number, j: number): number {
  return (bytes[at + (j % length)]! >> Math.floor(j / length)) & 1;
}
