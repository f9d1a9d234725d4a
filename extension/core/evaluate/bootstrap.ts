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

/**
 * 95% interval of the perplexity difference (cast - base) by a paired bootstrap over windows (Efron 1979;
 * percentiles): each round draws as many windows as there are, with replacement, the same for both models.
 * Seeded, so that equal scores give equal intervals.
 */
export function perplexityDifferenceInterval(windows: readonly WindowSums[]): Interval {
  const random = mulberry32(SEED);
  const differences = Float64Array.from({ length: ROUNDS }, () => {
    let positions = 0;
    let base = 0;
    let cast = 0;
    for (let draw = 0; draw < windows.length; draw++) {
      const window = windows[Math.floor(random() * windows.length)]!;
      positions += window.positions;
      base += window.baseNll;
      cast += window.castNll;
    }
    return Math.exp(cast / positions) - Math.exp(base / positions);
  }).sort();
  return { low: quantile(differences, 0.025), high: quantile(differences, 0.975) };
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
