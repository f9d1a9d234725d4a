import type { NumberFormat } from '../format';
import { integerCodePoints, integerCodes } from './integer-codes';
import { decodeIntegers, encodeIntegers } from './integer-rows';
import { storedIntegers } from './integer-stored';
import { requireGranularity } from '../scaling';

/**
 * Dynamic fixed point (Courbariaux et al., arXiv 1412.7024; Köster et al., Flexpoint, arXiv 1711.02213): the values of
 * a tensor are integers in two's complement under one shared exponent, the least with which the largest magnitude is
 * not beyond the largest code, so that nothing saturates and the lowest code stays unused.
 *
 * The exponent is stored as an E8M0 scale [1]. That ends at 2^-127: values of a tensor that would need less are flushed
 * or rounded on its grid.
 */
export function fixedPointFormat(bits: 8 | 16): NumberFormat {
  const limits = integerCodes(bits, {});
  const format: NumberFormat = {
    id: `dfp${bits}`,
    aliases: [],
    title: `${bits}-bit dynamic fixed point, an exponent a tensor`,
    family: 'integer',
    bits,
    largest: limits.highest,
    codePoints: bits === 8 ? integerCodePoints(limits.highest) : undefined,
    granularities: ['tensor'],
    defaultScale: { kind: 'tensor' },
    defaultScaleDtype: 'F8_E8M0',
    scaleDtypes: ['F8_E8M0'],
    stochastic: true,
    source: 'Courbariaux et al., Training deep neural networks with low precision multiplications, arXiv 1412.7024',

    parts(shape, cast) {
      requireGranularity(format, cast);
      return storedIntegers(bits, cast).parts(shape);
    },

    encodeRows(values, matrix, cast, range, firstElement = 0) {
      const rows = encodeIntegers(values, matrix, cast, range, firstElement, limits);
      const { saturated, flushed } = rows;
      return { ...storedIntegers(bits, cast).pack(rows, matrix), saturated, flushed };
    },

    decodeRows(encoded, matrix, cast) {
      const stored = storedIntegers(bits, cast);
      return decodeIntegers(stored.codes(encoded, matrix), stored.scales(encoded, matrix), matrix, cast);
    },
  };
  return format;
}
