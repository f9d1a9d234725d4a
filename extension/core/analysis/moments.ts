/** Central moments of some values, in float64; those of two sets of values can be merged. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sums of (x - mean)^2, ^3 and ^4. */
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
}

export const NO_MOMENTS: Moments = { count: 0, mean: 0, m2: 0, m3: 0, m4: 0 };

/**
 * Moments of the union of two sets: P. Pébay, Formulas for Robust, One-Pass Parallel Computation of Covariances and
 * Arbitrary-Order Statistical Moments, Sandia report SAND2008-6212, equations 2.1 and 3.1.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  const step = delta / count;
  const product = a.count * b.count * delta * step;
  return {
    count,
    mean: a.mean + step * b.count,
    m2: a.m2 + b.m2 + product,
    m3: a.m3 + b.m3 + product * step * (a.count - b.count) + 3 * step * (a.count * b.m2 - b.count * a.m2),
    m4:
      a.m4 +
      b.m4 +
      product * step * step * (a.count * a.count - a.count * b.count + b.count * b.count) +
      6 * step * step * (a.count * a.count * b.m2 + b.count * b.count * a.m2) +
      4 * step * (a.count * b.m3 - b.count * a.m3),
  };
}

/** Standard deviation of the values as the whole population. */
export function standardDeviation({ count, m2 }: Moments): number {
  return count === 0 ? 0 : Math.sqrt(m2 / count);
}

/** Excess kurtosis m4 / m2^2 - 3 of the population: 0 for a normal distribution, NaN where all values are equal. */
export function excessKurtosis({ count, m2, m4 }: Moments): number {
  return m2 === 0 ? NaN : (count * m4) / (m2 * m2) - 3;
}
