import { kolmogorovSmirnov } from './kolmogorov-smirnov';
import { excessKurtosis, standardDeviation } from './moments';
import { normalCdf } from './normal';
import { fitStudentT } from './student-fit';
import { studentCdf, type StudentT } from './student-t';
import { binsTooWide, distribution, exactDistribution } from './value-bins';
import type { ValueProfile } from './value-profile';

/** Standard deviations from the mean beyond which a value counts as an outlier: 6 in 100,000 of a normal sample. */
export const OUTLIER_DEVIATIONS = 4;

/**
 * The values of one tensor in figures. Fit, distances and the share of outliers are over bins of bfloat16, exact for
 * weights stored so, or over a sample: see `tensorStatistics`.
 */
export interface TensorStatistics {
  readonly elements: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /** Excess kurtosis: 0 for a normal distribution. NaN where all values are equal. */
  readonly kurtosis: number;
  /** Share of the finite values farther from the mean than `OUTLIER_DEVIATIONS` standard deviations. */
  readonly outlierShare: number;
  readonly zeroShare: number;
  readonly nan: number;
  readonly infinite: number;
  /** Absent for fewer than three different values, and where a third of all are one value. */
  readonly student: (StudentT & { readonly distance: number }) | undefined;
  /**
   * Kolmogorov-Smirnov distance against the normal distribution of the same mean and standard deviation. Absent for
   * fewer than three different values.
   */
  readonly normalDistance: number | undefined;
}

/** Whether the bins of a profile can't show how its values are spread, so that `tensorStatistics` wants some of them. */
export function needsValues({ moments }: Pick<ValueProfile, 'moments'>): boolean {
  return binsTooWide(moments.mean, standardDeviation(moments));
}

/** `values`: some of the tensor's, for one that `needsValues`; fit, distances and the share of outliers are then theirs. */
export function tensorStatistics(profile: ValueProfile, values?: Float32Array): TensorStatistics {
  const { moments, bins, nan, infinite, zeros } = profile;
  const { count, mean } = moments;
  const std = standardDeviation(moments);
  const sample = values ? exactDistribution(values) : distribution(bins);
  const fit = fitStudentT(sample);
  let outliers = 0;
  sample.values.forEach((value, at) => {
    if (Math.abs(value - mean) > OUTLIER_DEVIATIONS * std) outliers += sample.counts[at]!;
  });
  return {
    elements: count + nan + infinite,
    // Adding zero turns -0 into 0.
    min: count === 0 ? 0 : profile.min + 0,
    max: count === 0 ? 0 : profile.max + 0,
    mean,
    std,
    kurtosis: excessKurtosis(moments),
    outlierShare: sample.total === 0 ? 0 : outliers / sample.total,
    zeroShare: count === 0 ? 0 : zeros / count,
    nan,
    infinite,
    student: fit && {
      ...fit,
      distance: kolmogorovSmirnov(sample, (value) => studentCdf((value - fit.location) / fit.scale, fit.nu)),
    },
    normalDistance:
      sample.values.length < 3 ? undefined : kolmogorovSmirnov(sample, (value) => normalCdf((value - mean) / std)),
  };
}
