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

/** Splits the worker's figures, five a position, into columns. */
export function windowScores(interleaved: Float64Array): WindowScores {
  const column = (field: number): Float64Array =>
    Float64Array.from({ length: interleaved.length / FIELDS }, (_, at) => interleaved[at * FIELDS + field]!);
  return { baseNll: column(0), castNll: column(1), kl: column(2), sameTop: column(3), probabilityChange: column(4) };
}
