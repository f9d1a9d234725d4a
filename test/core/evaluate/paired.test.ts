import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pairedDifference, type CastScores } from '../../../extension/core/evaluate/paired';

interface Window {
  readonly nll: readonly number[];
  readonly kl: readonly number[];
}
interface Wanted {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly standardDeviation: number;
}
interface Case {
  readonly a: readonly Window[];
  readonly b: readonly Window[];
  readonly perplexity: Wanted;
  readonly kl: Wanted;
}

const golden = JSON.parse(
  readFileSync(new URL('../../oracles/golden/evaluate/pairs.json', import.meta.url), 'utf8'),
) as Readonly<Record<'apart' | 'alike', Case>>;

const scores = (windows: readonly Window[]): readonly CastScores[] =>
  windows.map(({ nll, kl }) => ({ castNll: Float64Array.from(nll), kl: Float64Array.from(kl) }));

describe.each(['apart', 'alike'] as const)('two casts that are %s', (name) => {
  const { a, b, ...wanted } = golden[name];
  const found = pairedDifference(scores(a), scores(b));

  test.each(['perplexity', 'kl'] as const)(
    '%s: the difference is that of numpy, the interval within its noise',
    (of) => {
      expect(Math.abs(found[of].value - wanted[of].value)).toBeLessThan(1e-12);
      // A percentile of 2,000 rounds has a standard error of about 0.06 standard deviations.
      const room = 0.25 * wanted[of].standardDeviation;
      expect(Math.abs(found[of].interval.low - wanted[of].low)).toBeLessThan(room);
      expect(Math.abs(found[of].interval.high - wanted[of].high)).toBeLessThan(room);
      expect(found[of].measurable).toBe(name === 'apart');
    },
  );

  test('the other way round it is the negative', () => {
    const back = pairedDifference(scores(b), scores(a));
    expect(back.kl.value).toBeCloseTo(-found.kl.value, 12);
    expect(back.kl.interval.low).toBeCloseTo(-found.kl.interval.high, 12);
  });
});

test('a cast against itself differs by nothing, and a single window measures nothing', () => {
  const one = scores(golden.apart.a);
  expect(pairedDifference(one, one).kl).toEqual({ value: 0, interval: { low: 0, high: 0 }, measurable: false });
  const single = pairedDifference(scores(golden.apart.a.slice(0, 1)), scores(golden.apart.b.slice(0, 1)));
  expect(single.kl.measurable).toBe(false);
});

test('other windows are refused', () => {
  const windows = scores(golden.apart.a);
  expect(() => pairedDifference(windows, windows.slice(1))).toThrow('only on the same windows');
});
