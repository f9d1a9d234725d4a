import type { CastOption } from '../cast-options';
import { deriveIntegers, widerCast } from './double-rounding';
import type { Cast, MatrixShape, NumberFormat, TensorRange } from '../format';
import { INTEGER_BITS, integerCodePoints, integerCodes } from './integer-codes';
import { decodeIntegers, encodeIntegers, type IntegerRows } from './integer-rows';
import { asymmetricScale, type IntegerScale } from './integer-scales';
import { storedIntegers } from './integer-stored';
import { zeroPointRows } from './integer-zero-points';
import { requireGranularity } from '../scaling';

/** What sets one integer format apart from another. */
export interface IntegerDefinition extends Pick<
  NumberFormat,
  'aliases' | 'granularities' | 'defaultScale' | 'defaultScaleDtype' | 'source'
> {
  readonly bits: number;
}

const OPTIONS: readonly CastOption[] = ['symmetric', 'narrow', 'fit', 'rotate', 'outliers'];

/**
 * Two's complement integers of 2 to 8 bits: x is about (code - zero point) * scale. Which codes are used and what the
 * scale is: `integerCodes`; how they are stored: `storedIntegers`. With `via` the codes are those of a wider integer,
 * rounded once more: `deriveIntegers`; a `via` that is no wider has no effect.
 */
export function integerFormat(definition: IntegerDefinition): NumberFormat {
  const { bits } = definition;
  const id = `int${bits}`;
  const largest = 2 ** (bits - 1) - 1;
  const format: NumberFormat = {
    ...definition,
    id,
    title: `${bits}-bit integer, symmetric, -${largest} to ${largest}`,
    family: 'integer',
    largest,
    codePoints: integerCodePoints(largest),
    stochastic: true,
    options: bits < 8 ? [...OPTIONS, 'via'] : OPTIONS,
    packed: bits < 8,

    rowUnit({ scale, symmetric }) {
      if (scale.kind === 'block') return scale.rows;
      return bits < 8 && symmetric === false && scale.kind !== 'tensor' ? zeroPointRows(bits) : 1;
    },

    parts(shape, cast) {
      requireGranularity(format, cast);
      return storedIntegers(bits, cast).parts(shape);
    },

    constantPart(role, { range }, cast) {
      if (role !== 'zero-point' || cast.scale.kind !== 'tensor') return undefined;
      return Uint8Array.of(tensorScale(cast, range).zero);
    },

    encodeRows(values, matrix, cast, range, firstElement = 0) {
      const rows = encode(values, matrix, cast, range, firstElement);
      const { saturated, flushed } = rows;
      return { ...storedIntegers(bits, cast).pack(rows, matrix), saturated, flushed };
    },

    decodeRows(encoded, matrix, cast, range) {
      const stored = storedIntegers(bits, cast);
      const zero = cast.scale.kind === 'tensor' && range ? tensorScale(cast, range).zero : undefined;
      const scales = stored.scales(encoded, matrix, zero);
      return decodeIntegers(stored.codes(encoded, matrix), scales, matrix, cast);
    },
  };
  return format;

  function encode(
    values: Float32Array,
    matrix: MatrixShape,
    cast: Cast,
    range: TensorRange,
    firstElement: number,
  ): IntegerRows {
    const wider = widerCast(cast);
    if (!wider) return encodeIntegers(values, matrix, cast, range, firstElement, integerCodes(bits, cast));
    const limits = integerCodes(INTEGER_BITS.get(wider.format)!, wider);
    const wide = encodeIntegers(values, matrix, wider, range, firstElement, limits);
    const derived = deriveIntegers(wide.codes, wide.scales, wider, cast);
    const decoded = decodeIntegers(derived.codes, derived.scales, matrix, cast);
    const flushed = values.filter((value, at) => Number.isFinite(value) && value !== 0 && decoded[at] === 0).length;
    return { ...derived, saturated: derived.clamped.filter((at) => Number.isFinite(values[at]!)).length, flushed };
  }

  /** Scale and zero point of a tensor that has one. */
  function tensorScale(cast: Cast, { min, max }: TensorRange): IntegerScale {
    const wider = widerCast(cast);
    if (!wider) return asymmetricScale(min, max, integerCodes(bits, cast), cast);
    const limits = integerCodes(INTEGER_BITS.get(wider.format)!, wider);
    return deriveIntegers(new Int16Array(0), [asymmetricScale(min, max, limits, wider)], wider, cast).scales[0]!;
  }
}
