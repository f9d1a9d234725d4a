import type { ActivationDtype } from '../formats/activation-rounding';

/** Which positions of a window are scored: every next token, or those of its second half (llama.cpp). */
export type Scoring = 'all' | 'second-half';

/** What was measured on; without it two figures can't be compared. */
export interface Measurement {
  readonly scoring: Scoring;
  /** Tokens a window. */
  readonly context: number;
  readonly windows: number;
  readonly tokensScored: number;
  /** Name of the text and SHA-256 (hex) of its UTF-8 bytes. */
  readonly text: string;
  readonly textDigest: string;
}

/**
 * Perplexity = exp(mean negative log-likelihood in nats). All standard errors of a report are taken over window means,
 * because positions of one window depend on each other; with a single window, over its positions.
 */
export interface Perplexity {
  readonly value: number;
  readonly standardError: number;
  /** Mean negative log-likelihood in nats. */
  readonly nll: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How a cast model differs from its base over the same positions. */
export interface Divergence {
  /** D(base || cast) over the full vocabulary, nats. */
  readonly kl: {
    readonly mean: number;
    readonly standardError: number;
    readonly max: number;
    /** Keys: `99.9`, `99`, `95`, `90`, `50`, `10`, `5`, `1`. */
    readonly percentiles: Readonly<Record<string, number>>;
  };
  /** Share of positions whose most likely token is the same. */
  readonly sameTop: number;
  readonly sameTopStandardError: number;
  /** Root mean square change of the probability of the correct token. */
  readonly rmsProbabilityChange: number;
  readonly perplexityRatio: number;
  readonly perplexityDifference: number;
  /** 95% interval of the difference, paired bootstrap over windows. */
  readonly perplexityDifferenceInterval: Interval;
  /** False when the interval holds 0 ("no measurable change"), and with a single window, which gives no interval. */
  readonly measurable: boolean;
}

/** What the cast model rounded while it ran. */
export interface Simulated {
  /** How many linear weights had their inputs rounded, by dtype. */
  readonly activations: Readonly<Partial<Record<ActivationDtype, number>>>;
  /** What keys and values were rounded to; null when they were not. */
  readonly kvCache: ActivationDtype | null;
}

export interface EvaluationReport {
  /** What was measured: when the evaluation was stopped early, the windows that were finished. */
  readonly measurement: Measurement;
  /** False when it was stopped before all windows were scored. */
  readonly complete: boolean;
  readonly base: Perplexity;
  readonly cast: Perplexity;
  readonly divergence: Divergence;
  /** Null when nothing was rounded but weights. */
  readonly simulated: Simulated | null;
  /** Windows of which the base's part was known from an earlier evaluation. */
  readonly cachedWindows: number;
  readonly seconds: number;
}
