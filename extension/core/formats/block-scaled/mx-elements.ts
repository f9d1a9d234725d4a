import { floatBits } from '../floats/float-bits';
import {
  encodeFloat,
  floatCodePoints,
  floatTable,
  layoutBits,
  type FloatLayout,
  type RoundedFloat,
} from '../floats/float-codes';
import { clampInteger, roundInteger } from '../integers/integer-codes';

/** The numbers that share the scale of a block. */
export interface BlockElement {
  readonly bits: number;
  /** Value of each code; exact in float32. */
  readonly table: Float32Array;
  readonly largest: number;
  /** All finite values in ascending order. */
  readonly codePoints: readonly number[];
  /** Code of a float32, saturating. Rounds to nearest, or by `random` (32 uniform bits); NaN as the element has it. */
  encode(scaled: number, random: number | undefined): RoundedFloat;
}

/** A small float. One without NaN (E2M1, E2M3, E3M2) makes NaN zero. */
export function floatElement(layout: FloatLayout): BlockElement {
  const table = floatTable(layout);
  return {
    bits: layoutBits(layout),
    table,
    largest: table[layout.largestCode]!,
    codePoints: floatCodePoints(layout),
    encode: (scaled, random) => encodeFloat(floatBits(scaled), layout, 'saturate', random),
  };
}

/** Largest magnitude of an int8 code: -128 stays unused, so that a weight and its negative cost the same. */
const LIMIT = 127;

/** What an int8 code counts: OCP MX 1.0, section 5.3.4, gives INT8 an implicit scale of 2^-6. */
const STEP = 2 ** -6;

const int8Value = (code: number): number => ((code << 24) >> 24) * STEP;

/** INT8 of OCP MX 1.0: two's complement with 6 fraction bits. The specification lets -2 (code 0x80) be left out. */
export const INT8_ELEMENT: BlockElement = {
  bits: 8,
  table: Float32Array.from({ length: 256 }, (_, code) => int8Value(code)),
  largest: LIMIT * STEP,
  codePoints: Array.from({ length: 2 * LIMIT + 1 }, (_, at) => (at - LIMIT) * STEP),
  encode(scaled, random) {
    const rounded = roundInteger(scaled / STEP, random);
    const code = clampInteger(rounded, LIMIT);
    return { code: code & 0xff, overflowed: code !== rounded && Number.isFinite(rounded) };
  },
};
