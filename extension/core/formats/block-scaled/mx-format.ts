import { storageBytes, type StorageDtype } from '../../checkpoint/storage-dtype';
import { e8m0Above, e8m0Code, e8m0Value, floorLog2 } from './e8m0';
import type { Cast, NumberFormat, Part } from '../format';
import { decodeBlocks, encodeBlocks } from './mx-blocks';
import type { BlockElement } from './mx-elements';
import { packedRowBytes } from './mx-packing';
import { requireGranularity, runAmax, scaleParts, unpackScales } from '../scaling';

/** What sets one microscaling format apart from another. */
export interface MxDefinition extends Pick<NumberFormat, 'id' | 'aliases' | 'title'> {
  readonly element: BlockElement;
  /** Exponent of the largest power of two that is an element. */
  readonly largestExponent: number;
  /** Dtype of unpacked codes; U8 for packed ones. */
  readonly storage: StorageDtype;
}

/** Blocks of OCP's concrete formats. Other sizes are taken too, but are ours alone. */
const BLOCK = 32;

/**
 * A format of OCP Microscaling Formats 1.0: a run of 32 columns shares one power of two, stored as E8M0 in U8, and
 * each element is the saturating cast of x / 2^s.
 *
 * - `scaleRound: down` (the specification's section 6.3): s = floor(log2(amax)) - emax. An amax between the largest
 *   element and the next power of two saturates, which is counted.
 * - `scaleRound: up`: the least s with amax <= largest element x 2^s (NVIDIA's rule, torchao's RCEIL): nothing
 *   saturates.
 * - s is clamped to -127 .. 127. A block of zeros gets -127, the smallest scale. NaN and infinities don't count.
 * - `fit: mse` also tries s + 1 and s - 1.
 */
export function mxFormat(definition: MxDefinition): NumberFormat {
  const { id, aliases, title, element, largestExponent, storage } = definition;
  const packed = element.bits < 8;

  const codesPart = (shape: readonly number[]): Part => {
    const columns = shape.at(-1) ?? 1;
    const stored = packed ? [...shape.slice(0, -1), packedRowBytes(columns, element.bits)] : shape;
    return { role: 'codes', dtype: storage, shape: stored, bytes: storageBytes(storage, stored) };
  };

  /** E8M0 code that the largest magnitude of a block asks for. */
  const scaleCode = (amax: number, cast: Cast): number => {
    if (amax === 0) return 0;
    return cast.scaleRound === 'up' ? e8m0Above(amax / element.largest) : e8m0Code(floorLog2(amax) - largestExponent);
  };

  const format: NumberFormat = {
    id,
    aliases,
    title,
    family: 'block',
    bits: element.bits,
    largest: element.largest,
    codePoints: element.codePoints,
    granularities: ['group'],
    defaultScale: { kind: 'group', size: BLOCK },
    defaultScaleDtype: 'F8_E8M0',
    scaleDtypes: ['F8_E8M0'],
    stochastic: true,
    options: ['scaleRound', 'fit', 'rotate'],
    packed,
    source: 'OCP Microscaling Formats (MX) Specification 1.0, sections 5 and 6.3; layout of compressed-tensors',

    parts(shape, cast) {
      requireGranularity(format, cast);
      return [codesPart(shape), ...scaleParts(shape, cast).map((part) => ({ ...part, dtype: 'U8' as const }))];
    },

    encodeRows(values, matrix, cast, _, firstElement = 0) {
      return encodeBlocks(
        values,
        matrix,
        cast,
        element,
        {
          candidates(run) {
            const code = scaleCode(runAmax(values, run), cast);
            return [code, code + 1, code - 1].filter((each) => each >= 0 && each <= 254).map(e8m0Value);
          },
          factor: (stored) => stored,
        },
        firstElement,
      );
    },

    decodeRows({ codes, scales }, matrix, cast) {
      return decodeBlocks(codes, unpackScales(scales, 'F8_E8M0'), matrix, cast, element, (stored) => stored);
    },
  };
  return format;
}
