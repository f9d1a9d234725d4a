import { perplexityDifferenceInterval } from './bootstrap';
import type { Divergence, Perplexity } from './report';
import { mean, quantile, standardError, sum } from './statistics';
import type { WindowScores } from './window-scores';

const PERCENTILES = [99.9, 99, 95, 90, 50, 10, 5, 1] as const;

/** The figures of an evaluation, from the scores of all its windows. At least one window with one position. */
export function summarize(windows: readonly WindowScores[]): {
  readonly base: Perplexity;
  readonly cast: Perplexity;
  readonly divergence: Divergence;
} {
  const base = perplexity(windows.map(({ baseNll }) => baseNll));
  const cast = perplexity(windows.map(({ castNll }) => castNll));
  const interval = perplexityDifferenceInterval(
    windows.map(({ baseNll, castNll }) => ({
      positions: baseNll.length,
      baseNll: sum(baseNll),
      castNll: sum(castNll),
    })),
  );
  const kl = join(windows.map((window) => window.kl)).sort();
  const sameTop = windows.map((window) => window.sameTop);
  const change = join(windows.map(({ probabilityChange }) => probabilityChange));
  return {
    base,
    cast,
    divergence: {
      kl: {
        mean: mean(kl),
        standardError: errorOverWindows(windows.map((window) => window.kl)),
        max: kl.at(-1)!,
        percentiles: Object.fromEntries(PERCENTILES.map((percent) => [String(percent), quantile(kl, percent / 100)])),
      },
      sameTop: mean(join(sameTop)),
      sameTopStandardError: errorOverWindows(sameTop),
      rmsProbabilityChange: Math.sqrt(mean(change.map((value) => value * value))),
      perplexityRatio: cast.value / base.value,
      perplexityDifference: cast.value - base.value,
      perplexityDifferenceInterval: interval,
      measurable: windows.length > 1 && (interval.low > 0 || interval.high < 0),
    },
  };
}

/** exp(mean nll); its standard error by the delta method: perplexity times the standard error of the mean nll. */
function perplexity(nlls: readonly Float64Array[]): Perplexity {
  const nll = mean(join(nlls));
  const value = Math.exp(nll);
  return { value, nll, standardError: value * errorOverWindows(nlls) };
}

/**
 * Standard error of a mean over all positions, taken over window means: positions of one window share their
 * context. With a single window it is taken over positions, for want of anything better.
 */
function errorOverWindows(windows: readonly Float64Array[]): number {
  return windows.length > 1 ? standardError(windows.map((values) => mean(values))) : standardError(windows[0]!);
}

function join(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
