import { describe, expect, test } from 'vitest';
import { perplexityDifferenceInterval } from '../../../extension/core/evaluate/bootstrap';
import { createRunning } from '../../../extension/core/evaluate/running';
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

test('running figures are those of the windows so far', () => {
  const take = createRunning();
  take(scores([1, 2], [3, 4]));
  expect(take(scores([2, 3]))).toEqual({
    windows: 2,
    tokensScored: 3,
    basePerplexity: Math.exp(2),
    castPerplexity: Math.exp(3),
    kl: expect.closeTo(0.1) as number,
  });
});

test('a likelihood that is not finite is refused, and the message says where', () => {
  expect(() => windowScores(Float64Array.of(1, NaN, 0, 1, 0), 4)).toThrow(
    'the cast model gives no finite likelihood at window 5, scored position 1: a cast tensor holds NaN or infinities',
  );
  expect(() => windowScores(Float64Array.of(1, 1, 0, 1, 0, Infinity, 1, 0, 1, 0), 0)).toThrow(
    'the base model gives no finite likelihood at window 1, scored position 2: a weight of the checkpoint is NaN',
  );
});
