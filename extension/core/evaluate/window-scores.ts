/** Figures of the scored positions of one window, one entry a position. */
export interface WindowScores {
  /** Negative log-likelihood of the token that came, in nats. */
  readonly baseNll: Float64Array;
  readonly castNll: Float64Array;
  /** D(base || cast) over the vocabulary, in nats. */
  readonly kl: Float64Array;
  /** 1 where the most likely token is the same. */
  readonly sameTop: Float64Array;
  /** Probability of the token that came, cast minus base. */
  readonly probabilityChange: Float64Array;
}

const FIELDS = 5;

/**
 * Splits the worker's figures, five a position, into columns. Throws when one is not finite: a weight then holds
 * NaN or an infinity, or is so large that float32 overflows. `window` counts from 0, for the message.
 */
export function windowScores(interleaved: Float64Array, window: number): WindowScores {
  const column = (field: number): Float64Array =>
    Float64Array.from({ length: interleaved.length / FIELDS }, (_, at) => interleaved[at * FIELDS + field]!);
  const scores = {
    baseNll: column(0),
    castNll: column(1),
    kl: column(2),
    sameTop: column(3),
    probabilityChange: column(4),
  };
  refuse(scores.baseNll, 'base', window);
  refuse(scores.castNll, 'cast', window);
  return scores;
}

function refuse(nll: Float64Array, model: 'base' | 'cast', window: number): void {
  const at = nll.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const hint =
    model === 'base'
      ? 'a weight of the checkpoint is NaN, infinite or far too large'
      : 'a cast tensor holds NaN or infinities, or values far too large; look for saturation in the plan';
  throw new Error(
    `the ${model} model gives no finite likelihood at window ${window + 1}, scored position ${at + 1}: ${hint}`,
  );
}
