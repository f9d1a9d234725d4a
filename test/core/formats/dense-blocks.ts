import { floatFromBits } from '../../../extension/core/formats/floats/float-bits';

/**
 * `blocks` runs of `size` float32 under every exponent in turn, the values of one run up to 2^15 apart; the recipe is
 * that of `dense` in test/oracles/formats/mx.py.
 */
export function denseBlocks(blocks: number, size: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: blocks * size }, (_, at) => {
    let mixed = (Math.imul(at, 2654435761) + 12345) >>> 0;
    mixed = (mixed ^ (mixed >>> 15)) >>> 0;
    mixed = Math.imul(mixed, 2246822519) >>> 0;
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
    const exponent = Math.max((Math.floor(at / size) % 255) - ((mixed >>> 27) & 15), 0);
    return floatFromBits(((mixed & 0x80000000) | (exponent << 23) | (mixed & 0x7fffff)) >>> 0);
  });
}
