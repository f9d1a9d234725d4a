import { ggmlBlocks } from './block';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { tritsOf } from './trits';

const SIZE = 256;
const D = 52;

/** Bytes that hold so many elements each, at a distance of so many bytes: element n of byte j is j + n x bytes. */
const PARTS = [
  { bytes: 32, trits: 5 },
  { bytes: 16, trits: 5 },
  { bytes: 4, trits: 4 },
] as const;

const POWERS = [1, 3, 9, 27, 81] as const;

/**
 * Ternary, five elements a byte, and a half d, the largest magnitude: d x (trit - 1). A byte is ceil(256 / 243 x the
 * number whose five base-3 digits are the trits, the first on top), so that multiplying it by 3^n modulo 256 and
 * taking the upper part of three times that gives trit n.
 */
export const TQ1_0_BLOCK = ggmlBlocks({
  type: 'TQ1_0',
  number: 34,
  blockSize: SIZE,
  blockBytes: 54,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at + D);
    let byte = at;
    let value = to;
    for (const { bytes: run, trits } of PARTS) {
      for (let n = 0; n < trits; n++) {
        for (let j = 0; j < run; j++) {
          const shifted = (bytes[byte + j]! * POWERS[n]!) & 0xff;
          values[value + n * run + j] = d * (((shifted * 3) >> 8) - 1);
        }
      }
      byte += run;
      value += run * trits;
    }
  },

  encodeBlock(values, from, bytes, to) {
    const { amax, trits } = tritsOf(values, from, SIZE);
    let byte = to;
    let value = 0;
    for (const { bytes: run, trits: count } of PARTS) {
      for (let j = 0; j < run; j++) {
        let digits = 0;
        for (let n = 0; n < 5; n++) digits = digits * 3 + (n < count ? trits[value + n * run + j]! : 0);
        bytes[byte + j] = Math.ceil((digits * 256) / 243);
      }
      byte += run;
      value += run * count;
    }
    writeHalf(bytes, to + D, amax);
  },
});

export const tq10 = ggmlFormat(TQ1_0_BLOCK, {
  title: 'ternary, five to a byte, an fp16 scale for 256 columns',
  bits: 1.6,
  largest: LARGEST_HALF,
  quantizer: 'quantize_row_tq1_0_ref',
});
