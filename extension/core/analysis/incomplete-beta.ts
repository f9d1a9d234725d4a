import { logGamma } from './log-gamma';

const TINY = 1e-300;
const STEPS = 500;

/**
 * Regularized incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1: the continued fraction of
 * NIST DLMF 8.17.22 by Lentz' method, on the side where it converges fast.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  );
  let c = 1;
  let d = away(1 - ((a + b) * x) / (a + 1));
  let fraction = (d = 1 / d);
  for (let m = 1; m <= STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** Lentz' method may not divide by zero. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
