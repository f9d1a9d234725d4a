import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { perplexityDifferenceInterval } from '../../../extension/core/evaluate/bootstrap';
import { createRunning, runningDetail } from '../../../extension/core/evaluate/running';
import { summarize } from '../../../extension/core/evaluate/summarize';
import { windowScores, type WindowScores } from '../../../extension/core/evaluate/window-scores';
import { readGolden, rowsOf } from '../../kernels/model-golden';

/** Scores as a worker sends them, from [base, cast] likelihoods a position. */
function scores(...nlls: readonly (readonly [number, number])[]): WindowScores {
  const interleaved = nlls.flatMap(([base, cast]) => [base, cast, 0.1, 1, Math.exp(-cast) - Math.exp(-base)]);
  return windowScores(Float64Array.from(interleaved), 0);
}

test.each(['grouped-untied', 'one-head-each-tied', 'llama3-scaling', 'linear-scaling'])(
  'the figures of %s are those of numpy and PyTorch',
  (name) => {
    const { positions, summary } = readGolden(name);
    const columns = [positions.base_nll, positions.cast_nll, positions.kl, positions.same_top, positions.change].map(
      rowsOf,
    );
    const windows = columns[0]!.map((_, at): WindowScores => ({
      baseNll: columns[0]![at]!,
      castNll: columns[1]![at]!,
      kl: columns[2]![at]!,
      sameTop: columns[3]![at]!,
      probabilityChange: columns[4]![at]!,
    }));
    const { base, cast, divergence } = summarize(windows);
    const near = (got: number, wanted: number): void =>
      expect(Math.abs(got - wanted)).toBeLessThan(1e-11 * Math.max(1, Math.abs(wanted)));
    for (const [ours, theirs] of [
      [base, summary.base],
      [cast, summary.cast],
    ] as const) {
      near(ours.nll, theirs.nll);
      near(ours.value, theirs.value);
      near(ours.standardError, theirs.standardError);
    }
    near(divergence.kl.mean, summary.kl.mean);
    near(divergence.kl.standardError, summary.kl.standardError);
    near(divergence.kl.max, summary.kl.max);
    expect(Object.keys(divergence.kl.percentiles).sort()).toEqual(Object.keys(summary.kl.percentiles).sort());
    for (const [percent, value] of Object.entries(summary.kl.percentiles)) {
      near(divergence.kl.percentiles[percent]!, value);
    }
    near(divergence.sameTop, summary.sameTop);
    near(divergence.sameTopStandardError, summary.sameTopStandardError);
    near(divergence.rmsProbabilityChange, summary.rmsProbabilityChange);
    near(divergence.perplexityRatio, summary.perplexityRatio);
    near(divergence.perplexityDifference, summary.perplexityDifference);
    const { low, high } = divergence.perplexityDifferenceInterval;
    expect(low).toBeLessThanOrEqual(divergence.perplexityDifference);
    expect(high).toBeGreaterThanOrEqual(divergence.perplexityDifference);
  },
);

describe('the interval of the perplexity difference', () => {
  const windows = Array.from({ length: 20 }, (_, i) => ({
    positions: 10,
    baseNll: 20 + Math.sin(i),
    castNll: 20 + Math.sin(i) + 0.5 + 0.2 * Math.cos(3 * i),
  }));

  test('is the same in every run, and pairs the windows', () => {
    const interval = perplexityDifferenceInterval(windows);
    expect(perplexityDifferenceInterval(windows)).toEqual(interval);
    // Unpaired, the windows' own spread (0.07 of perplexity 7.4) would make it several times wider.
    expect(interval.low).toBeGreaterThan(0.3);
    expect(interval.high).toBeLessThan(0.47);
  });

  test('holds 0 when cast is now better, now worse', () => {
    const { divergence } = summarize([scores([1, 1.1]), scores([1, 0.9]), scores([2, 2.1]), scores([2, 1.9])]);
    expect(divergence.perplexityDifferenceInterval.low).toBeLessThan(0);
    expect(divergence.perplexityDifferenceInterval.high).toBeGreaterThan(0);
    expect(divergence.measurable).toBe(false);
  });

  test('excludes 0 when cast is always worse', () => {
    expect(summarize([scores([1, 1.1]), scores([2, 2.2]), scores([3, 3.1])]).divergence.measurable).toBe(true);
  });

  test('one window gives none, so no change counts as measured', () => {
    const { divergence } = summarize([scores([1, 1.1], [2, 2.2])]);
    expect(divergence.measurable).toBe(false);
  });

  test('is [0, 0] when nothing was cast', () => {
    const { divergence } = summarize([scores([1, 1]), scores([2, 2])]);
    expect(divergence.perplexityDifferenceInterval).toEqual({ low: 0, high: 0 });
    expect(divergence.measurable).toBe(false);
  });
});

/** What oracles/evaluate/summaries.py writes. */
interface GoldenSummaries {
  /** [base, cast] likelihoods of each window. */
  readonly windows: readonly (readonly [readonly number[], readonly number[]])[];
  readonly running: readonly {
    readonly tokens: number;
    readonly base: number;
    readonly cast: number;
    readonly baseInterval?: readonly [number, number];
    readonly castInterval?: readonly [number, number];
  }[];
  readonly bootstrap: { readonly low: number; readonly high: number; readonly standardDeviation: number };
}

describe.each(['equal', 'unequal'])('windows of %s length', (name) => {
  const all = JSON.parse(
    readFileSync(new URL('../../oracles/golden/evaluate/summaries.json', import.meta.url), 'utf8'),
  ) as Readonly<Record<string, GoldenSummaries>>;
  const golden = all[name]!;
  const windows = golden.windows.map(([base, cast]) => scores(...base.map((nll, at) => [nll, cast[at]!] as const)));

  test('the paired bootstrap is that of numpy, within what 2,000 rounds can tell', () => {
    const { low, high, standardDeviation } = golden.bootstrap;
    const { divergence } = summarize(windows);
    // The standard error of such a quantile from 2,000 draws is 0.06 standard deviations.
    expect(Math.abs(divergence.perplexityDifferenceInterval.low - low)).toBeLessThan(0.24 * standardDeviation);
    expect(Math.abs(divergence.perplexityDifferenceInterval.high - high)).toBeLessThan(0.24 * standardDeviation);
    expect(divergence.measurable).toBe(low > 0 || high < 0);
  });

  test('running figures and their intervals are those of numpy after every window', () => {
    const take = createRunning();
    for (const [at, wanted] of golden.running.entries()) {
      const got = take(windows[at]!);
      expect([got.windows, got.tokensScored]).toEqual([at + 1, wanted.tokens]);
      expect(got.basePerplexity).toBeCloseTo(wanted.base, 9);
      expect(got.castPerplexity).toBeCloseTo(wanted.cast, 9);
      expect(got.kl).toBeCloseTo(0.1, 9);
      for (const [interval, bounds] of [
        [got.baseInterval, wanted.baseInterval],
        [got.castInterval, wanted.castInterval],
      ] as const) {
        if (!bounds) expect(interval).toBeUndefined();
        else expect([interval!.low, interval!.high]).toEqual(bounds.map((bound) => expect.closeTo(bound, 9) as number));
      }
    }
  });
});

test('a bar says the perplexities, how sure they are, and how many tokens are done', () => {
  const take = createRunning();
  const first = take(scores([1, 2], [3, 4]));
  expect(runningDetail(first, 10)).toBe('perplexity 7.389 -> 20.086, 2 of 20 tokens');
  const second = take(scores([2, 3.2], [2, 3.2]));
  expect(runningDetail(second, 10)).toBe('perplexity 7.389 -> 22.198 (95% 18.25 to 27.00), 4 of 20 tokens');
});

test('a likelihood that is not finite is refused, and the message says where', () => {
  expect(() => windowScores(Float64Array.of(1, NaN, 0, 1, 0), 4)).toThrow(
    'the cast model gives no finite likelihood at window 5, scored position 1: a cast tensor holds NaN or infinities',
  );
  expect(() => windowScores(Float64Array.of(1, 1, 0, 1, 0, Infinity, 1, 0, 1, 0), 0)).toThrow(
    'the base model gives no finite likelihood at window 1, scored position 2: a weight of the checkpoint is NaN',
  );
});
