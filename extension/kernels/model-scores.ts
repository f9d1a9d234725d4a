/**
 * Doubles a scored position: negative log-likelihood in nats of the token that came under base and under cast,
 * D(base || cast) in nats over the vocabulary, 1 when the most likely token is the same, and the change of the
 * probability of the token that came (cast minus base).
 */
export const SCORE_FIELDS = 5;
