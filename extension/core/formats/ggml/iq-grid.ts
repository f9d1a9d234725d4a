/** Points of a lattice by number: coordinates one after another. */
export interface Grid {
  readonly width: 4 | 8;
  readonly coordinates: Int8Array;
}

/** Unpacks the points of `iq-grid-points.ts`: numbers of 2 bits (8 coordinates) or 4 (4) stand for `levels`. */
export function unpackGrid(base64: string, width: Grid['width'], levels: readonly number[]): Grid {
  const bits = width === 8 ? 2 : 4;
  const each = 8 / bits;
  const bytes = atob(base64);
  const coordinates = Int8Array.from({ length: bytes.length * each }, (_, at) => {
    const byte = bytes.charCodeAt(Math.floor(at / each));
    return levels[(byte >> (bits * (at % each))) & (2 ** bits - 1)]!;
  });
  return { width, coordinates };
}

/** Writes a point times a scale; a set bit of `signs` negates a coordinate, the first is bit 0. */
export function writePoint(
  { width, coordinates }: Grid,
  point: number,
  scale: number,
  signs: number,
  values: Float32Array,
  to: number,
): void {
  for (let j = 0; j < width; j++) {
    const value = Math.fround(scale * coordinates[point * width + j]!);
    values[to + j] = ((signs >> j) & 1) === 1 ? -value : value;
  }
}

/** Signs of 8 coordinates from 7 bits: the eighth makes their number even. */
export function evenSigns(bits: number): number {
  const low = bits & 127;
  let parity = low;
  parity ^= parity >> 4;
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return low | ((parity & 1) << 7);
}

/** The little-endian integer of 16 bits at an offset. */
export function readU16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** The little-endian integer of 32 bits at an offset. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (readU16(bytes, at) | (readU16(bytes, at + 2) << 16)) >>> 0;
}
