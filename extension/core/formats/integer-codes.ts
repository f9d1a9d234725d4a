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
  return Math.max(-limit, Math.min(limit, rounded));
}

/** All codes of a symmetric integer format, ascending. */
export function integerCodePoints(limit: number): readonly number[] {
  return Array.from({ length: 2 * limit + 1 }, (_, at) => at - limit);
}
