import type { Activations } from '../core/model/ops';
import type { ModelScoring } from './model-scoring';

/**
 * Doubles a scored position: negative log-likelihood in nats of the token that came under base and under cast,
 * D(base || cast) in nats over the vocabulary, 1 when the most likely token is the same, and the change of the
 * probability of the token that came (cast minus base).
 */
export const SCORE_FIELDS = 5;

/** Positions that are scored at a time: bounds what their logits over the vocabulary take. */
export const SCORED_AT_ONCE = 64;

/** Activations of both models; one object while nothing has told them apart. */
export interface Pair {
  readonly base: Activations;
  readonly cast: Activations;
}

/** Scores rows `first` to the last of two blocks of logits; `targets` holds the token behind each row. */
export function scoreRows(
  kernels: ModelScoring,
  { base, cast }: Pair,
  first: number,
  targets: Int32Array,
  scores: Float64Array,
): void {
  const baseSums = kernels.rowSums(base);
  const castSums = kernels.rowSums(cast);
  for (let row = first; row < targets.length; row++) {
    const target = targets[row]!;
    const { logSumExp: baseSum, top: baseTop } = baseSums[row]!;
    const { logSumExp: castSum, top: castTop } = castSums[row]!;
    const baseNll = baseSum - kernels.at(base, row, target);
    const castNll = castSum - kernels.at(cast, row, target);
    scores.set(
      [
        baseNll,
        castNll,
        kernels.divergence(base, cast, row, baseSum, castSum),
        baseTop === castTop ? 1 : 0,
        Math.exp(-castNll) - Math.exp(-baseNll),
      ],
      (row - first) * SCORE_FIELDS,
    );
  }
}
