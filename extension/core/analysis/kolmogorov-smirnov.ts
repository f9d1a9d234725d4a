import type { Distribution } from './value-bins';

/** Largest distance between the distribution function of a sample and a given one, from 0 to 1. */
export function kolmogorovSmirnov({ values, counts, total }: Distribution, cdf: (value: number) => number): number {
  let below = 0;
  let distance = 0;
  for (let at = 0; at < values.length; at++) {
    const expected = cdf(values[at]!);
    const before = below / total;
    below += counts[at]!;
    distance = Math.max(distance, Math.abs(expected - before), Math.abs(expected - below / total));
  }
  return distance;
}
