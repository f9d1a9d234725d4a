import { logGamma } from './log-gamma';

const TINY = 1e-300;
const STEPS = 1000;

/**
 * Regularized lower incomplete gamma function P(a, x) for a > 0, x >= 0: its series (NIST DLMF 8.7.1) for small x,
 * the continued fraction of its complement (8.9.2) for large.
 */
export function incompleteGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? front * series(a, x) : 1 - front * fraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < STEPS && term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let product = d;
  for (let n = 1; n < STEPS; n++) {
    const step = n * (a - n);
    b += 2;
    d = 1 / (step * d + b || TINY);
    c = b + step / c || TINY;
    product *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return product;
}
