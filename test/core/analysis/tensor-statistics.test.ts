import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { normalCdf } from '../../../extension/core/analysis/normal';
import { studentCdf } from '../../../extension/core/analysis/student-t';
import { needsValues, tensorStatistics } from '../../../extension/core/analysis/tensor-statistics';
import { binValue } from '../../../extension/core/analysis/value-bins';
import { mergeProfiles, profileValues } from '../../../extension/core/analysis/value-profile';
import { wasserstein } from '../../../extension/core/analysis/wasserstein';

/** test/oracles/analysis/statistics.py */
interface Golden {
  readonly samples: Readonly<Record<string, Sample>>;
  readonly floats: Readonly<Record<string, Far>>;
  readonly wasserstein: readonly { readonly a: string; readonly b: string; readonly distance: number }[];
  readonly studentCdf: readonly { readonly t: number; readonly nu: number; readonly cdf: number }[];
  readonly normalCdf: readonly { readonly z: number; readonly cdf: number }[];
}

interface Sample {
  readonly bfloat16: string;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly kurtosis: number;
  readonly outliers: number;
  readonly nu: number;
  readonly location: number;
  readonly scale: number;
  readonly studentDistance: number;
  readonly normalDistance: number;
}

/** Float32 values that bins of bfloat16 can't tell apart. */
interface Far extends Pick<Sample, 'outliers' | 'nu' | 'location' | 'scale' | 'studentDistance' | 'normalDistance'> {
  readonly float32: string;
}

const file = new URL('../../oracles/golden/analysis/statistics.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

function valuesOf({ bfloat16 }: Sample): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(Buffer.from(bfloat16, 'base64'));
  return Float32Array.from(new Uint16Array(bytes.buffer), (code) => binValue(code));
}

describe.each(Object.entries(golden.samples))('%s', (_, sample) => {
  const values = valuesOf(sample);
  const statistics = tensorStatistics(profileValues(values));

  it('has the moments that scipy computes', () => {
    expect(statistics.elements).toBe(values.length);
    expect(statistics.min).toBe(sample.min);
    expect(statistics.max).toBe(sample.max);
    expect(statistics.mean).toBeCloseTo(sample.mean, 14);
    expect(statistics.std / sample.std).toBeCloseTo(1, 12);
    expect(statistics.kurtosis).toBeCloseTo(sample.kurtosis, 9);
    expect(statistics.outlierShare * values.length).toBeCloseTo(sample.outliers, 9);
    expect(statistics.normalDistance).toBeCloseTo(sample.normalDistance, 10);
  });

  it('is fitted as scipy fits it', () => {
    const { nu, location, scale, distance } = statistics.student!;
    if (sample.nu > 100) {
      // Without tails the likelihood is flat: all that counts is that both call it normal.
      expect(nu).toBeGreaterThan(100);
    } else {
      expect(Math.abs(nu / sample.nu - 1)).toBeLessThan(2e-3);
    }
    expect(Math.abs(location - sample.location)).toBeLessThan(1e-3 * sample.scale);
    expect(Math.abs(scale / sample.scale - 1)).toBeLessThan(2e-3);
    expect(Math.abs(distance - sample.studentDistance)).toBeLessThan(5e-4);
  });

  it('is the same in pieces', () => {
    const cut = 417;
    const merged = mergeProfiles(profileValues(values.subarray(0, cut)), profileValues(values.subarray(cut)));
    const whole = profileValues(values);
    expect(merged.bins).toEqual(whole.bins);
    expect(merged.moments.m4 / whole.moments.m4).toBeCloseTo(1, 11);
    expect(merged.moments.mean).toBeCloseTo(whole.moments.mean, 14);
  });
});

test.each(Object.entries(golden.floats))(
  '%s: figures are those of the values, which bins are too wide for',
  (_, far) => {
    const values = new Float32Array(Uint8Array.from(Buffer.from(far.float32, 'base64')).buffer);
    const profile = profileValues(values);
    expect(needsValues(profile)).toBe(true);
    const statistics = tensorStatistics(profile, values);
    expect(statistics.outlierShare * values.length).toBeCloseTo(far.outliers, 9);
    expect(statistics.normalDistance).toBeCloseTo(far.normalDistance, 9);
    const { nu, location, scale, distance } = statistics.student!;
    expect(Math.abs(nu / far.nu - 1)).toBeLessThan(2e-3);
    expect(Math.abs(location - far.location)).toBeLessThan(1e-3 * far.scale);
    expect(Math.abs(scale / far.scale - 1)).toBeLessThan(2e-3);
    expect(Math.abs(distance - far.studentDistance)).toBeLessThan(5e-4);
  },
);

test.each(Object.entries(golden.samples))('%s: bins do', (_, sample) => {
  expect(needsValues(profileValues(valuesOf(sample)))).toBe(false);
});

test('values of which most are zero have no fit, for its scale would shrink to nothing, but a distance', () => {
  const pruned = valuesOf(golden.samples['student-3']!).map((value, at) => (at % 20 === 0 ? value : 0));
  const { student, normalDistance } = tensorStatistics(profileValues(pruned));
  expect(student).toBeUndefined();
  expect(normalDistance).toBeGreaterThan(0.4);
});

test('what is no number is counted and left out', () => {
  const profile = profileValues(Float32Array.of(NaN, Infinity, -Infinity, 0, -0, 1, 2));
  const { nan, infinite, zeroShare, min, max, mean } = tensorStatistics(profile);
  expect({ nan, infinite, zeroShare, min, max, mean }).toEqual({
    nan: 1,
    infinite: 2,
    zeroShare: 0.5,
    min: 0,
    max: 2,
    mean: 0.75,
  });
});

test('constant and empty tensors have no fit', () => {
  const constant = tensorStatistics(profileValues(new Float32Array(10).fill(3)));
  expect(constant).toMatchObject({ mean: 3, std: 0, kurtosis: NaN, student: undefined, normalDistance: undefined });
  expect(tensorStatistics(profileValues(new Float32Array(0)))).toMatchObject({ elements: 0, min: 0, max: 0, mean: 0 });
});

test.each(golden.studentCdf)('Student t with nu $nu at $t', ({ t, nu, cdf }) => {
  expect(Math.abs(studentCdf(t, nu) - cdf)).toBeLessThan(2e-12);
});

test.each(golden.normalCdf)('normal at $z', ({ z, cdf }) => {
  expect(Math.abs(normalCdf(z) - cdf)).toBeLessThan(1e-14);
});

test.each(golden.wasserstein)('Wasserstein distance of $a and $b', ({ a, b, distance }) => {
  const samples = golden.samples;
  expect(wasserstein(valuesOf(samples[a]!), valuesOf(samples[b]!)) / distance).toBeCloseTo(1, 12);
});
