import type { Cast, EncodedRows, MatrixShape } from '../format';
import { INTEGER_BITS, clampCode, integerCodes, roundInteger } from './integer-codes';
import type { IntegerRows } from './integer-rows';
import type { IntegerScale } from './integer-scales';
import { storedIntegers } from './integer-stored';
import { roundScale } from '../scaling';

/** The wider cast whose codes a cast with `via` is derived from: the same but for its format. */
export function widerCast({ via, ...cast }: Cast): Cast | undefined {
  return via === undefined || INTEGER_BITS.get(via)! <= INTEGER_BITS.get(cast.format)!
    ? undefined
    : { ...cast, format: via };
}

/**
 * Codes of fewer bits from codes of more (Huang et al., Nearly Lossless Adaptive Bit Switching, arXiv 2502.01199):
 * q_low = round(q_high / 2^d) with d the difference of the widths, to nearest with ties to even, clamped to the codes
 * of the narrower cast; the scale is 2^d times as large, rounded to its dtype, which only the ends of that can make
 * inexact. Zero points are divided as codes are, so that 0 stays 0.
 */
export function deriveIntegers(
  codes: Int16Array,
  scales: readonly IntegerScale[],
  high: Cast,
  low: Cast,
): Pick<IntegerRows, 'codes' | 'scales'> & { readonly clamped: readonly number[] } {
  const bits = INTEGER_BITS.get(low.format)!;
  const ratio = 2 ** (INTEGER_BITS.get(high.format)! - bits);
  const limits = integerCodes(bits, low);
  const clamped: number[] = [];
  const derived = codes.map((code, at) => {
    const rounded = roundInteger(code / ratio);
    const kept = clampCode(rounded, limits);
    if (kept !== rounded) clamped.push(at);
    return kept;
  });
  return {
    codes: derived,
    scales: scales.map(({ scale, zero }) => ({
      scale: roundScale(Math.fround(scale * ratio), low.scaleDtype),
      zero: clampCode(roundInteger(zero / ratio), limits),
    })),
    clamped,
  };
}

/**
 * The stored parts of the narrower cast from those of the wider one alone: the bytes that the checkpoint's own weights
 * would give under `via`. `tensorZero` is the stored zero point of a wider tensor that has but one.
 */
export function deriveStored(
  encoded: Pick<EncodedRows, 'codes' | 'scales' | 'more'>,
  matrix: MatrixShape,
  high: Cast,
  low: Cast,
  tensorZero?: number,
): Pick<EncodedRows, 'codes' | 'scales' | 'more'> {
  const stored = storedIntegers(INTEGER_BITS.get(high.format)!, high);
  const derived = deriveIntegers(stored.codes(encoded, matrix), stored.scales(encoded, matrix, tensorZero), high, low);
  return storedIntegers(INTEGER_BITS.get(low.format)!, low).pack(derived, matrix);
}
