import { quantile } from './statistics';
import type { Interval } from './report';

/** Sums over one window; windows are what is drawn, because positions inside one depend on each other. */
export interface WindowSums {
  readonly positions: number;
  readonly baseNll: number;
  readonly castNll: number;
}

const ROUNDS = 2000;
const SEED = 0x9e3779b9;

/** 95% interval of the perplexity difference (cast - base): see `pairedInterval`. */
export function perplexityDifferenceInterval(windows: readonly WindowSums[]): Interval {
  const sums = windows.map(({ positions, baseNll, castNll }) => [positions, baseNll, castNll] as const);
  return pairedInterval(sums, ([positions, base, cast]) => Math.exp(cast / positions) - Math.exp(base / positions));
}

/**
 * 95% interval of a figure of three sums over windows by a paired bootstrap (Efron 1979; percentiles): each round draws
 * as many windows as there are, with replacement, the same for both models. Seeded, so that equal scores give equal
 * intervals.
 */
export function pairedInterval(
  windows: readonly (readonly [number, number, number])[],
  figure: (sums: readonly [number, number, number]) => number,
): Interval {
  const random = mulberry32(SEED);
  const figures = Float64Array.from({ length: ROUNDS }, () => {
    let first = 0;
    let second = 0;
    let third = 0;
    for (let draw = 0; draw < windows.length; draw++) {
      const window = windows[Math.floor(random() * windows.length)]!;
      first += window[0];
      second += window[1];
      third += window[2];
    }
    return figure([first, second, third]);
  }).sort();
  return { low: quantile(figures, 0.025), high: quantile(figures, 0.975) };
}

/** Uniform numbers in [0, 1) from a 32-bit state (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
