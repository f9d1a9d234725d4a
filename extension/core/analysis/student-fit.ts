import { logStudentConstant, type StudentT } from './student-t';
import type { Distribution } from './value-bins';

/** Degrees of freedom that are tried. Beyond the upper end a t distribution can't be told from a normal one. */
const LEAST_NU = 0.5;
export const LARGEST_NU = 1000;

/** Steps of the inner and outer search; each inner one starts where the last ended. */
const INNER_STEPS = 200;
const OUTER_STEPS = 60;

/**
 * The Student t distribution of greatest likelihood, location and scale free too. For given degrees of freedom these
 * two follow by expectation maximisation (Liu and Rubin, ML Estimation of the t Distribution Using EM and Its
 * Extensions, Statistica Sinica 5, 1995); the degrees of freedom by golden-section search over their logarithm.
 * Undefined when the values are fewer than three different ones, and where one value is a share of nu / (nu + 1) or more
 * of them, for the least nu: the likelihood then has no bound, for it grows as the scale shrinks to zero around it.
 */
export function fitStudentT(sample: Distribution): StudentT | undefined {
  if (sample.values.length < 3) return undefined;
  const most = sample.counts.reduce((most, count) => Math.max(most, count), 0);
  if (most / sample.total >= LEAST_NU / (LEAST_NU + 1)) return undefined;
  let start = startOf(sample);
  const at = (logNu: number): { readonly fit: StudentT; readonly likelihood: number } => {
    const nu = Math.exp(logNu);
    const fit = maximise({ ...start, nu }, sample);
    start = fit;
    return { fit, likelihood: logLikelihood(fit, sample) };
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(LEAST_NU);
  let high = Math.log(LARGEST_NU);
  let left = at(high - ratio * (high - low));
  let right = at(low + ratio * (high - low));
  for (let step = 0; step < OUTER_STEPS && high - low > 1e-6; step++) {
    if (left.likelihood > right.likelihood) {
      high = low + ratio * (high - low);
      right = left;
      left = at(high - ratio * (high - low));
    } else {
      low = high - ratio * (high - low);
      left = right;
      right = at(low + ratio * (high - low));
    }
  }
  return left.likelihood > right.likelihood ? left.fit : right.fit;
}

/** Median and a scale from the middle half: heavy tails do not move them. */
function startOf({ values, counts, total }: Distribution): StudentT {
  const quantile = (share: number): number => {
    let below = 0;
    for (let at = 0; at < values.length; at++) {
      below += counts[at]!;
      if (below >= share * total) return values[at]!;
    }
    return values.at(-1)!;
  };
  const spread = quantile(0.75) - quantile(0.25);
  const widest = values.at(-1)! - values[0]!;
  return { nu: 5, location: quantile(0.5), scale: spread > 0 ? spread / 1.4 : widest / 10 };
}

/** Location and scale of greatest likelihood for given degrees of freedom. */
function maximise(start: StudentT, { values, counts, total }: Distribution): StudentT {
  const { nu } = start;
  let { location, scale } = start;
  for (let step = 0; step < INNER_STEPS; step++) {
    let weights = 0;
    let weighted = 0;
    let squares = 0;
    const invariance = 1 / (scale * scale);
    for (let at = 0; at < values.length; at++) {
      const difference = values[at]! - location;
      const weight = (counts[at]! * (nu + 1)) / (nu + difference * difference * invariance);
      weights += weight;
      weighted += weight * difference;
      squares += weight * difference * difference;
    }
    const shift = weighted / weights;
    // Dividing by the weights instead of the count converges faster to the same point (parameter expansion).
    const next = Math.sqrt(Math.max(0, squares - weighted * shift) / weights);
    const settled = Math.abs(next - scale) <= 1e-9 * scale && Math.abs(shift) <= 1e-9 * scale;
    location += shift;
    scale = next > 0 ? next : scale / 2;
    if (settled || !(total > 0)) break;
  }
  return { nu, location, scale };
}

function logLikelihood({ nu, location, scale }: StudentT, { values, counts, total }: Distribution): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const t = (values[at]! - location) / scale;
    sum += counts[at]! * Math.log1p((t * t) / nu);
  }
  return total * (logStudentConstant(nu) - Math.log(scale)) - ((nu + 1) / 2) * sum;
}
