import { NO_MOMENTS, mergeMoments, type Moments } from './moments';
import { BINS, binOf } from './value-bins';

/** What one pass over values yields; profiles of two runs of a tensor can be merged. */
export interface ValueProfile {
  /** Of the finite values; infinities of the opposite sign where there is none. */
  readonly min: number;
  readonly max: number;
  readonly nan: number;
  readonly infinite: number;
  readonly zeros: number;
  /** Of the finite values. */
  readonly moments: Moments;
  /** Finite values by bin: see `value-bins.ts`. */
  readonly bins: Uint32Array<ArrayBuffer>;
}

export function emptyProfile(): ValueProfile {
  const bins = new Uint32Array(BINS);
  return { min: Infinity, max: -Infinity, nan: 0, infinite: 0, zeros: 0, moments: NO_MOMENTS, bins };
}

/** Values whose moments are summed at a time: they fit a cache, so that two passes cost little more than one. */
const TILE = 4096;

/** Reference of the wasm kernel, which counts the same and sums moments in another order. */
export function profileValues(values: Float32Array): ValueProfile {
  const profile = { ...emptyProfile() };
  const finite = new Float64Array(TILE);
  let kept = 0;
  const flush = (): void => {
    profile.moments = mergeMoments(profile.moments, momentsOf(finite.subarray(0, kept)));
    kept = 0;
  };
  for (const value of values) {
    if (Number.isNaN(value)) profile.nan++;
    else if (!Number.isFinite(value)) profile.infinite++;
    else {
      if (value === 0) profile.zeros++;
      profile.min = Math.min(profile.min, value);
      profile.max = Math.max(profile.max, value);
      profile.bins[binOf(value)]!++;
      finite[kept++] = value;
      if (kept === TILE) flush();
    }
  }
  flush();
  return profile;
}

/** Two passes: the mean, then the sums of powers around it. */
function momentsOf(values: Float64Array): Moments {
  const count = values.length;
  if (count === 0) return NO_MOMENTS;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (const value of values) {
    const difference = value - mean;
    const square = difference * difference;
    m2 += square;
    m3 += square * difference;
    m4 += square * square;
  }
  return { count, mean, m2, m3, m4 };
}

/** The profile of both runs together. The bins of `a` are reused. */
export function mergeProfiles(a: ValueProfile, b: ValueProfile): ValueProfile {
  for (let bin = 0; bin < BINS; bin++) a.bins[bin]! += b.bins[bin]!;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    nan: a.nan + b.nan,
    infinite: a.infinite + b.infinite,
    zeros: a.zeros + b.zeros,
    moments: mergeMoments(a.moments, b.moments),
    bins: a.bins,
  };
}
