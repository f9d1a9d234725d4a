import { incompleteBeta } from '../../analysis/incomplete-beta';

/**
 * Probability that |t| <= tan(angle) sqrt(nu) for Student's t with `nu` degrees of freedom: for a whole number of them the
 * regularized incomplete beta function I(sin^2 angle; 1/2, nu/2), which for these arguments is a finite sum of
 * positive terms (Abramowitz and Stegun, 26.7.3 and 26.7.4), so that no digits cancel. Between whole numbers the function
 * itself, to 12 digits and more.
 */
function centralProbability(angle: number, nu: number): number {
  if (!Number.isInteger(nu)) return incompleteBeta(Math.sin(angle) ** 2, 0.5, nu / 2);
  const cosine = Math.cos(angle);
  const odd = nu % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = odd && nu === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= nu - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  const sine = Math.sin(angle);
  return odd ? (angle + sine * sum) * (2 / Math.PI) : sine * sum;
}

/**
 * The value that Student's t with `nu` degrees of freedom (at least 1) stays below with this probability: bisection on
 * the angle whose tangent is t / sqrt(nu). To a few units in the last place of float64 for a whole number of them.
 */
export function studentQuantile(probability: number, nu: number): number {
  const wanted = Math.abs(2 * probability - 1);
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (centralProbability(middle, nu) < wanted) low = middle;
    else high = middle;
  }
  const quantile = Math.tan(high) * Math.sqrt(nu);
  if (wanted === 0) return 0;
  return probability < 0.5 ? -quantile : quantile;
}
