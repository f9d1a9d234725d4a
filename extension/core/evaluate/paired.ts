import { pairedInterval } from './bootstrap';
import type { Interval } from './report';
import { sum } from './statistics';
import type { WindowScores } from './window-scores';

/** What is needed of a window to compare two casts of one base on it. */
export type CastScores = Pick<WindowScores, 'castNll' | 'kl'>;

/** A figure of one cast minus that of another. */
export interface Difference {
  readonly value: number;
  /** 95%, paired bootstrap over windows. */
  readonly interval: Interval;
  /** Whether the interval leaves 0 out; never with a single window, which gives no interval. */
  readonly measurable: boolean;
}

/** How much one cast differs from another. */
export interface PairedDifference {
  readonly perplexity: Difference;
  /** Of the mean KL divergence from the base, in nats. */
  readonly kl: Difference;
}

/** `b` minus `a`, two casts of one base scored on the same windows. Throws when the windows are not the same. */
export function pairedDifference(a: readonly CastScores[], b: readonly CastScores[]): PairedDifference {
  const same = a.length === b.length && a.every(({ kl }, at) => kl.length === b[at]!.kl.length);
  if (!same || a.length === 0) throw new Error('two casts can be compared only on the same windows');
  const sums = (of: keyof CastScores): readonly (readonly [number, number, number])[] =>
    a.map((window, at) => [window[of].length, sum(window[of]), sum(b[at]![of])]);
  return {
    perplexity: difference(sums('castNll'), ([n, one, other]) => Math.exp(other / n) - Math.exp(one / n)),
    kl: difference(sums('kl'), ([n, one, other]) => (other - one) / n),
  };
}

function difference(
  windows: readonly (readonly [number, number, number])[],
  figure: (sums: readonly [number, number, number]) => number,
): Difference {
  const add = (at: 0 | 1 | 2): number => windows.reduce((total, window) => total + window[at], 0);
  const interval = pairedInterval(windows, figure);
  return {
    value: figure([add(0), add(1), add(2)]),
    interval,
    measurable: windows.length > 1 && (interval.low > 0 || interval.high < 0),
  };
}
