import { floatBits } from '../floats/float-bits';
import { FP16_LAYOUT, decodeFloat, encodeFloat } from '../floats/float-codes';

/** The little-endian IEEE half at a byte offset: what ggml calls `ggml_half`. */
export function readHalf(bytes: Uint8Array, at: number): number {
  return decodeFloat(bytes[at]! | (bytes[at + 1]! << 8), FP16_LAYOUT);
}

/** Writes a float32 rounded to nearest even; what is beyond a half becomes infinite, as `GGML_FP32_TO_FP16` does. */
export function writeHalf(bytes: Uint8Array, at: number, value: number): void {
  const { code } = encodeFloat(floatBits(value), FP16_LAYOUT, 'ieee');
  bytes[at] = code & 0xff;
  bytes[at + 1] = code >> 8;
}
