import { largestBits, reciprocal } from './extremes';
import { readHalf, writeHalf } from './half';
import { awayCodes } from './rounded-codes';
import { spreadSigned } from './spread';

const BYTES: usize = 34;

/** See core/formats/ggml/q8-0.ts, as for all kernels of this folder. */
export function encodeQ8_0(values: usize, blocks: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    const d = reinterpret<f32>(largestBits(values, 32)) / 127;
    const inverse = reciprocal(d);
    writeHalf(blocks, d);
    // A reciprocal that overflows makes codes that no integer holds: zeros, on x86.
    const factor = f32x4.splat(inverse === Infinity ? 0 : inverse);
    v128.store(blocks, awayCodes(values, factor), 2);
    v128.store(blocks, awayCodes(values + 64, factor), 18);
    values += 128;
    blocks += BYTES;
  }
}

export function decodeQ8_0(blocks: usize, values: usize, count: i32): void {
  for (let block = 0; block < count; block++) {
    const d = f32x4.splat(readHalf(blocks));
    spreadSigned(v128.load(blocks, 2), d, values);
    spreadSigned(v128.load(blocks, 18), d, values + 64);
    values += 128;
    blocks += BYTES;
  }
}
