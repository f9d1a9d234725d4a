import { ggmlBlocks } from './block';
import { extreme } from './extremes';
import { LARGEST_HALF, ggmlFormat } from './ggml-format';
import { readHalf, writeHalf } from './half';
import { IQ4_CODES, iq4Code, iq4Scale } from './iq4-codes';
import { nibble, writeNibbles } from './nibbles';
import { clamp, nearestInt, reciprocal } from './rounding';

const f = Math.fround;

const RUN = 32;
const RUNS = 8;
const HIGH = 2;
const LOW = 4;
const CODES = 8;

/**
 * Eight runs of 32 in the order of Q4_0, each with a 6-bit scale in units of the half d: a value is
 * (d x (scale - 32)) x the code point of q. Upper bits of the scales: 2 a run in 16 bits; lower: two runs a byte.
 */
export const IQ4_XS_BLOCK = ggmlBlocks({
  type: 'IQ4_XS',
  number: 23,
  blockSize: RUN * RUNS,
  blockBytes: 136,

  decodeBlock(bytes, at, values, to) {
    const d = readHalf(bytes, at);
    for (let run = 0; run < RUNS; run++) {
      const high = (bytes[at + HIGH + (run >> 2)]! >> (2 * (run & 3))) & 3;
      const low = (bytes[at + LOW + (run >> 1)]! >> (4 * (run & 1))) & 15;
      const scale = f(d * ((low | (high << 4)) - 32));
      for (let j = 0; j < RUN; j++) {
        values[to + run * RUN + j] = scale * IQ4_CODES[nibble(bytes, at + CODES + run * 16, j)]!;
      }
    }
  },

  encodeBlock(values, from, bytes, to) {
    const codes = new Uint8Array(RUN);
    const scales = Float32Array.from({ length: RUNS }, (_, run) => iq4Scale(values, from + run * RUN));
    const d = f(-extreme(scales, 0, RUNS) / 32);
    const inverse = reciprocal(d);
    bytes.fill(0, to, to + CODES);
    writeHalf(bytes, to, d);
    scales.forEach((scale, run) => {
      const signed = clamp(nearestInt(f(inverse * scale)), -32, 31);
      // The unit is not rounded to a half here, unlike in the formats that came before.
      const factor = reciprocal(f(d * signed));
      for (let j = 0; j < RUN; j++) codes[j] = iq4Code(f(factor * values[from + run * RUN + j]!));
      writeNibbles(codes, 0, bytes, to + CODES + run * 16);
      bytes[to + LOW + (run >> 1)]! |= ((signed + 32) & 15) << (4 * (run & 1));
      bytes[to + HIGH + (run >> 2)]! |= ((signed + 32) >> 4) << (2 * (run & 3));
    });
  },
});

export const iq4Xs = ggmlFormat(IQ4_XS_BLOCK, {
  title: '4-bit codebook of ggml, a 6-bit scale for 32 columns, its fp16 unit for 256',
  bits: 4,
  largest: 32 * 127 * LARGEST_HALF,
  quantizer: 'quantize_iq4_xs',
});
