const word = new DataView(new ArrayBuffer(4));

/** Bit pattern of a float32, as an unsigned 32-bit integer. NaN payloads are not kept by every engine. */
export function floatBits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

/** The float32 of a bit pattern. */
export function floatFromBits(bits: number): number {
  word.setUint32(0, bits);
  return word.getFloat32(0);
}

/** Bit patterns of float32 values; shares their memory. */
export function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
