import { studentQuantile } from './student-quantiles';

/** Probability left below the lowest code and above the highest, as NF4 has it: the mean of 1/32 and 1/30. */
const DELTA = (1 / 32 + 1 / 30) / 2;

/**
 * Codes of the Student float: with n = 2^(bits - 1), n quantiles of Student's t at evenly spaced probabilities from
 * DELTA to 1/2 and n + 1 from 1/2 to 1 - DELTA, the two at 1/2 being one zero; all divided by the largest magnitude.
 * In the limit of large `nu` with 4 bits these are the codes of NF4. The published table of 3 bits has the DELTA of
 * 4 bits too, so this has it for any width.
 */
export function studentCodes(bits: number, nu: number): readonly number[] {
  const half = 2 ** (bits - 1);
  const below = Array.from({ length: half - 1 }, (_, at) => DELTA + ((0.5 - DELTA) * at) / (half - 1));
  const above = Array.from({ length: half }, (_, at) => 0.5 + ((0.5 - DELTA) * (at + 1)) / half);
  const quantiles = [...below, 0.5, ...above].map((probability) => studentQuantile(probability, nu));
  const largest = Math.max(...quantiles.map(Math.abs));
  return quantiles.map((quantile) => quantile / largest);
}

/** Degrees of freedom that fit the weights of most models: arXiv 2405.03103, section 4. */
export const DEFAULT_NU = 5;

export const STUDENT_SOURCE = 'Dotzel et al., Learning from Students, arXiv 2405.03103';
