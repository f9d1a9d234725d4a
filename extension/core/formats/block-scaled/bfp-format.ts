import { storageBytes } from '../../checkpoint/storage-dtype';
import { floatBits } from '../floats/float-bits';
import type { NumberFormat } from '../format';
import { decodeBlocks } from './mx-blocks';
import type { BlockElement } from './mx-elements';
import { packRows, packedRowBytes } from './mx-packing';
import { packScales, requireGranularity, scaleParts, scaleRuns, unpackScales, type ScaleRun } from '../scaling';

/** What sets one block floating point format apart from another. */
export interface BfpDefinition extends Pick<NumberFormat, 'id' | 'aliases' | 'title'> {
  /** Bits of a magnitude, the leading one written out: 7, 3 or 1. */
  readonly magnitudeBits: number;
}

/** Columns that share an exponent in Tenstorrent's formats: a row of a 16 x 16 face. */
const BLOCK = 16;

/** Bits of a float32 significand, the hidden one included. */
const SIGNIFICAND = 24;

/** Exponent field of NaN and infinities. */
const SPECIAL = 255;

function exponentField(bits: number): number {
  return (bits >>> 23) & SPECIAL;
}

/** Largest exponent field among the finite values of a block. */
function sharedExponent(values: Float32Array, { start, length }: ScaleRun): number {
  let shared = 0;
  for (let at = start; at < start + length; at++) {
    const field = exponentField(floatBits(values[at]!));
    if (field > shared && field !== SPECIAL) shared = field;
  }
  return shared;
}

/**
 * Magnitude of a float32 (as bits) under a shared exponent, before it is clamped. The significand is shifted right by
 * the difference of the exponents, what is shifted out is dropped, and only the rest is rounded, to nearest even:
 * a value a little above a tie may so go down. Denormals are zero.
 */
function roundToShared(bits: number, shared: number, magnitudeBits: number): number {
  const field = exponentField(bits);
  if (field === 0 || shared - field >= SIGNIFICAND) return 0;
  const aligned = ((bits & 0x7fffff) | 0x800000) >>> (shared - field);
  const dropped = SIGNIFICAND - magnitudeBits;
  const kept = aligned >>> dropped;
  const rest = aligned & (2 ** dropped - 1);
  const half = 2 ** (dropped - 1);
  return kept + (rest > half || (rest === half && kept % 2 === 1) ? 1 : 0);
}

/**
 * Block floating point as Tenstorrent's host code converts it (tt-metal, blockfloat_common.cpp): 16 columns share the
 * largest biased exponent of a float32 among them, each keeps a sign and a magnitude with its leading one.
 *
 * Two parts: the codes, sign above magnitude, packed row by row with the first in the low bits; and the exponents,
 * one byte a block, as biased as float32's, so that an element is magnitude x 2^(exponent - 127 - magnitudeBits + 1).
 * Tenstorrent's own layout holds the same numbers in tiles of 32 x 32, exponents first. Two choices where that code
 * has no answer: NaN becomes 0, and infinities the largest magnitude, without a say in the exponent.
 */
export function bfpFormat({ id, aliases, title, magnitudeBits }: BfpDefinition): NumberFormat {
  const bits = magnitudeBits + 1;
  const limit = 2 ** magnitudeBits - 1;
  const step = 2 ** (1 - magnitudeBits);
  const value = (code: number): number => (code & limit) * step * (code > limit ? -1 : 1);
  const element: Pick<BlockElement, 'bits' | 'table'> = {
    bits,
    table: Float32Array.from({ length: 2 ** bits }, (_, code) => value(code)),
  };

  const format: NumberFormat = {
    id,
    aliases,
    title,
    family: 'block',
    bits,
    largest: limit * step,
    codePoints: Array.from({ length: 2 * limit + 1 }, (_, at) => (at - limit) * step),
    rounding: 'bits beyond the shared exponent are dropped, then to nearest, ties to even',
    granularities: ['group'],
    defaultScale: { kind: 'group', size: BLOCK },
    defaultScaleDtype: 'F8_E8M0',
    scaleDtypes: ['F8_E8M0'],
    stochastic: false,
    options: ['rotate'],
    packed: bits < 8,
    source: 'Tenstorrent tt-metal, tt_metal/impl/data_format/blockfloat_common.cpp',

    parts(shape, cast) {
      requireGranularity(format, cast);
      const packed = [...shape.slice(0, -1), packedRowBytes(shape.at(-1) ?? 1, bits)];
      return [
        { role: 'codes', dtype: 'U8', shape: bits < 8 ? packed : shape, bytes: storageBytes('U8', packed) },
        ...scaleParts(shape, cast).map((part) => ({ ...part, dtype: 'U8' as const })),
      ];
    },

    encodeRows(values, matrix, cast) {
      const codes = new Uint8Array(values.length);
      const exponents: number[] = [];
      let saturated = 0;
      let flushed = 0;
      for (const run of scaleRuns(matrix, cast.scale)) {
        const shared = sharedExponent(values, run);
        exponents.push(2 ** (shared - 127));
        for (let at = run.start; at < run.start + run.length; at++) {
          const word = floatBits(values[at]!);
          const finite = exponentField(word) !== SPECIAL;
          const rounded = finite ? roundToShared(word, shared, magnitudeBits) : Number.isNaN(values[at]!) ? 0 : limit;
          const magnitude = Math.min(rounded, limit);
          codes[at] = magnitude === 0 ? 0 : magnitude | ((word >>> 31) << magnitudeBits);
          if (rounded > limit) saturated++;
          if (magnitude === 0 && finite && values[at] !== 0) flushed++;
        }
      }
      return {
        codes: packRows(codes, matrix, bits),
        scales: packScales(exponents, 'F8_E8M0'),
        saturated,
        flushed,
      };
    },

    decodeRows({ codes, scales }, matrix, cast) {
      return decodeBlocks(codes, unpackScales(scales, 'F8_E8M0'), matrix, cast, element, (scale) => scale);
    },
  };
  return format;
}
