import type { Interval } from './report';
import type { WindowScores } from './window-scores';

/** Figures over the windows scored so far, for a bar or a live chart. */
export interface RunningFigures {
  readonly windows: number;
  readonly tokensScored: number;
  readonly basePerplexity: number;
  readonly castPerplexity: number;
  /** 95%, from the standard error over window means; undefined for a single window. */
  readonly baseInterval: Interval | undefined;
  readonly castInterval: Interval | undefined;
  /** Mean D(base || cast), nats. */
  readonly kl: number;
}

/** Two-sided 95% quantile of the normal distribution. */
const NORMAL_95 = 1.96;

/** Takes in windows one by one, at the cost of that window only. */
export function createRunning(): (scores: WindowScores) => RunningFigures {
  const base = createMean();
  const cast = createMean();
  const kl = createMean();
  let windows = 0;
  return (scores) => {
    windows++;
    base.take(scores.baseNll);
    cast.take(scores.castNll);
    kl.take(scores.kl);
    return {
      windows,
      tokensScored: kl.count(),
      basePerplexity: Math.exp(base.mean()),
      castPerplexity: Math.exp(cast.mean()),
      baseInterval: interval(base),
      castInterval: interval(cast),
      kl: kl.mean(),
    };
  };
}

/** What a bar says beside windows and time. */
export function runningDetail(running: RunningFigures, windows: number): string {
  const { tokensScored, basePerplexity, castPerplexity, castInterval } = running;
  const tokens = Math.round((tokensScored / running.windows) * windows);
  const spread = castInterval ? ` (95% ${castInterval.low.toFixed(2)} to ${castInterval.high.toFixed(2)})` : '';
  const perplexity = `perplexity ${basePerplexity.toFixed(3)} -> ${castPerplexity.toFixed(3)}${spread}`;
  return `${perplexity}, ${tokensScored} of ${tokens} tokens`;
}

interface RunningMean {
  take(values: Float64Array): void;
  count(): number;
  mean(): number;
  /** Of the mean, over the means of what was taken at a time; undefined for fewer than two. */
  standardError(): number | undefined;
}

function createMean(): RunningMean {
  let sum = 0;
  let count = 0;
  // Welford's way of summing squares, which does not lose digits.
  let taken = 0;
  let center = 0;
  let squares = 0;
  return {
    take(values) {
      const total = values.reduce((a, b) => a + b, 0);
      sum += total;
      count += values.length;
      taken++;
      const off = total / values.length - center;
      center += off / taken;
      squares += off * (total / values.length - center);
    },
    count: () => count,
    mean: () => sum / count,
    standardError: () => (taken < 2 ? undefined : Math.sqrt(squares / (taken - 1) / taken)),
  };
}

function interval(nll: RunningMean): Interval | undefined {
  const error = nll.standardError();
  if (error === undefined) return undefined;
  const mean = nll.mean();
  return { low: Math.exp(mean - NORMAL_95 * error), high: Math.exp(mean + NORMAL_95 * error) };
}
