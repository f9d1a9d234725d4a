/**
 * Codes of `bits` bits (at most 16) one after another, least significant bits first, running on over bytes:
 * `count` codes from `start` are written from the byte `at` on. `target` is zero there.
 */
export function packBits(
  codes: ArrayLike<number>,
  start: number,
  count: number,
  bits: number,
  target: Uint8Array,
  at: number,
): void {
  for (let place = 0; place < count; place++) {
    const bit = place * bits;
    const byte = at + Math.floor(bit / 8);
    const word = codes[start + place]! << (bit % 8);
    for (let each = 0; word >> (8 * each) !== 0; each++) target[byte + each]! |= (word >> (8 * each)) & 0xff;
  }
}

/** The inverse of `packBits`: `write` gets each code with its place, from 0. */
export function unpackBits(
  source: Uint8Array,
  at: number,
  count: number,
  bits: number,
  write: (place: number, code: number) => void,
): void {
  for (let place = 0; place < count; place++) {
    const bit = place * bits;
    const byte = at + Math.floor(bit / 8);
    const word = source[byte]! | ((source[byte + 1] ?? 0) << 8) | ((source[byte + 2] ?? 0) << 16);
    write(place, (word >> (bit % 8)) & (2 ** bits - 1));
  }
}
