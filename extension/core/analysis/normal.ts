import { incompleteGamma } from './incomplete-gamma';

/** Probability of a value of at most z under the standard normal distribution. */
export function normalCdf(z: number): number {
  const half = incompleteGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? 0.5 - half : 0.5 + half;
}
