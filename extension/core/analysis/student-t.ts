import { incompleteBeta } from './incomplete-beta';
import { logGamma } from './log-gamma';

/** A Student t distribution moved and stretched: (x - location) / scale has `nu` degrees of freedom. */
export interface StudentT {
  readonly nu: number;
  readonly location: number;
  readonly scale: number;
}

/** Probability of a value of at most t, for nu > 0 (NIST DLMF 8.17). */
export function studentCdf(t: number, nu: number): number {
  const tail = incompleteBeta(nu / (nu + t * t), nu / 2, 0.5) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** log of the density's constant: the density is exp(this) * (1 + t^2 / nu)^(-(nu + 1) / 2). */
export function logStudentConstant(nu: number): number {
  return logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI);
}
