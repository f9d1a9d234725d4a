import type { CastOptions } from '../cast-options';

/** Bits of the integer formats that a cast can be derived from and to (`via`). */
export const INTEGER_BITS: ReadonlyMap<string, number> = new Map(
  [8, 7, 6, 5, 4, 3, 2].map((bits) => [`int${bits}`, bits]),
);

/** The codes that a cast uses, and how many steps of the scale its largest magnitude (or its range) is long. */
export interface IntegerCodes {
  readonly lowest: number;
  readonly highest: number;
  readonly steps: number;
}

/**
 * Codes of an integer of `bits` bits.
 *
 * - symmetric and narrow (the default): -(2^(b-1) - 1) to 2^(b-1) - 1, the largest magnitude on the largest code, so
 *   that a weight and its negative cost the same (Wu et al., arXiv 2004.09602, section 3.1.2);
 * - symmetric, `narrow: false`: -2^(b-1) is used too. The scale is amax / (2^(b-1) - 1/2), as compressed-tensors'
 *   observers have it: steps are smaller, and a largest magnitude that is positive is clamped by half a step;
 * - `symmetric: false`: all codes, from the least to the largest value.
 */
export function integerCodes(bits: number, { symmetric, narrow }: CastOptions): IntegerCodes {
  const highest = 2 ** (bits - 1) - 1;
  if (symmetric === false) return { lowest: -highest - 1, highest, steps: 2 ** bits - 1 };
  return narrow === false
    ? { lowest: -highest - 1, highest, steps: highest + 0.5 }
    : { lowest: -highest, highest, steps: highest };
}

/**
 * Rounds a scaled value to an integer: to nearest with ties to even; or, with `random` (32 uniform bits), away
 * from zero with the probability of its fraction. NaN becomes 0. The result may lie beyond the codes.
 */
export function roundInteger(scaled: number, random?: number): number {
  if (Number.isNaN(scaled)) return 0;
  const magnitude = Math.abs(scaled);
  if (magnitude === Infinity) return scaled;
  const kept = Math.floor(magnitude);
  const rest = magnitude - kept;
  const up =
    random === undefined ? rest > 0.5 || (rest === 0.5 && kept % 2 === 1) : random < Math.floor(rest * 2 ** 32);
  const rounded = kept + (up ? 1 : 0);
  return rounded === 0 ? 0 : Math.sign(scaled) * rounded;
}

/** Clamps to the symmetric ("narrow") range -limit .. limit. */
export function clampInteger(rounded: number, limit: number): number {
  return clampCode(rounded, { lowest: -limit, highest: limit });
}

/** Clamps to the codes of a cast. */
export function clampCode(rounded: number, { lowest, highest }: Pick<IntegerCodes, 'lowest' | 'highest'>): number {
  return Math.max(lowest, Math.min(highest, rounded));
}

/** All codes of a symmetric integer format, ascending. */
export function integerCodePoints(limit: number): readonly number[] {
  return Array.from({ length: 2 * limit + 1 }, (_, at) => at - limit);
}
