import type { Cast } from './format';

/** What a finite value becomes when it is cast to nearest under a candidate scale, and decoded again. */
export type Through<Candidate> = (value: number, candidate: Candidate) => number;

/** Elements of a candidate's runs. */
interface Run {
  readonly start: number;
  readonly length: number;
}

/**
 * The grid of `fit: mse`: the parts k / 64 of the largest magnitude that are tried as the one that the largest code
 * stands for, from 1 down to 1/4. The first is what `fit: amax` takes, so a fit is never worse.
 */
export const SHRINKS: readonly number[] = Array.from({ length: 49 }, (_, at) => (64 - at) / 64);

/**
 * The candidate whose cast has the least squared error over these runs, the first of equals. Candidates are given
 * from the largest scale down, so ties go to the larger one. NaN and infinities don't count.
 *
 * Errors are float64, added in four sums by place in the run modulo 4 and the four at the end: the kernel does so too.
 */
export function leastError<Candidate>(
  values: Float32Array,
  runs: readonly Run[],
  candidates: readonly Candidate[],
  through: Through<Candidate>,
): Candidate {
  let best = candidates[0] as Candidate;
  let least = Infinity;
  for (const candidate of candidates) {
    const sums = [0, 0, 0, 0];
    for (const { start, length } of runs) {
      for (let place = 0; place < length; place++) {
        const value = values[start + place]!;
        if (Number.isFinite(value)) sums[place % 4]! += (value - through(value, candidate)) ** 2;
      }
    }
    const sum = sums[0]! + sums[2]! + (sums[1]! + sums[3]!);
    if (sum < least) {
      best = candidate;
      least = sum;
    }
  }
  return best;
}

/** Throws for a fit of one scale to a whole tensor: rows are cast run by run, and no run sees all of it. */
export function requireRowFit({ format, fit, scale }: Cast): void {
  if (fit !== 'mse' || scale.kind !== 'tensor') return;
  throw new Error(`${format}: "fit: mse" needs scales of their own for runs of a row; give scale: channel or a group`);
}
