import type { WindowScores } from './window-scores';

/** Figures over the windows scored so far, for a bar or a live chart. */
export interface RunningFigures {
  readonly windows: number;
  readonly tokensScored: number;
  readonly basePerplexity: number;
  readonly castPerplexity: number;
  /** Mean D(base || cast), nats. */
  readonly kl: number;
}

/** Takes in windows one by one, at the cost of that window only. */
export function createRunning(): (scores: WindowScores) => RunningFigures {
  let windows = 0;
  let tokens = 0;
  let base = 0;
  let cast = 0;
  let kl = 0;
  return (scores) => {
    windows++;
    tokens += scores.kl.length;
    for (let i = 0; i < scores.kl.length; i++) {
      base += scores.baseNll[i]!;
      cast += scores.castNll[i]!;
      kl += scores.kl[i]!;
    }
    return {
      windows,
      tokensScored: tokens,
      basePerplexity: Math.exp(base / tokens),
      castPerplexity: Math.exp(cast / tokens),
      kl: kl / tokens,
    };
  };
}
