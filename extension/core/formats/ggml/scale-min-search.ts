import { clamp, nearestInt } from './rounding';

const f = Math.fround;

/** What is tried: `steps + 1` scales that put the span of a run on limit + first + i x 0.1 codes. */
export interface ScaleMinSearch {
  /** Largest code. */
  readonly limit: number;
  readonly first: number;
  readonly steps: number;
  /** Whether errors are absolute ones, not squares. */
  readonly absolute: boolean;
}

export interface ScaleMin {
  readonly scale: number;
  /** What is subtracted: 0 or above. */
  readonly min: number;
}

const STEP = f(0.1);

/**
 * Scale and minimum of a run for values scale x code - min: ggml's `make_qkx2_quants`, every step in float32. For each
 * scale tried, the codes are fixed and scale and minimum refitted by weighted least squares (the minimum never lifts
 * the run off zero); the fit of least weighted error wins, the first of equals, and its minimum is where the next
 * span begins. Writes the codes from `to` on.
 */
export function searchScaleMin(
  values: Float32Array,
  from: number,
  weights: Float32Array,
  { limit, first, steps, absolute }: ScaleMinSearch,
  codes: Uint8Array,
  to: number,
): ScaleMin {
  const count = weights.length;
  let min = values[from]!;
  let max = min;
  let sumW = weights[0]!;
  let sumX = f(sumW * min);
  for (let i = 1; i < count; i++) {
    const value = values[from + i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    sumW = f(sumW + weights[i]!);
    sumX = f(sumX + f(weights[i]! * value));
  }
  if (min > 0) min = 0;
  if (max === min) {
    codes.fill(0, to, to + count);
    return { scale: 0, min: -min };
  }

  const tried = new Uint8Array(count);
  const encode = (inverse: number): void => {
    for (let i = 0; i < count; i++) {
      tried[i] = clamp(nearestInt(f(inverse * f(values[from + i]! - min))), 0, limit);
    }
  };
  const errorOf = (scale: number, offset: number): number => {
    let error = 0;
    for (let i = 0; i < count; i++) {
      const off = f(f(f(scale * tried[i]!) + offset) - values[from + i]!);
      error = f(error + f(weights[i]! * (absolute ? Math.abs(off) : f(off * off))));
    }
    return error;
  };

  const inverse = f(limit / f(max - min));
  let scale = f(1 / inverse);
  encode(inverse);
  codes.set(tried, to);
  let best = errorOf(scale, min);
  for (let step = 0; step <= steps; step++) {
    encode(f(f(f(first + f(STEP * step)) + limit) / f(max - min)));
    let sumL = 0;
    let sumL2 = 0;
    let sumXl = 0;
    for (let i = 0; i < count; i++) {
      const weighted = f(weights[i]! * tried[i]!);
      sumL = f(sumL + weighted);
      sumL2 = f(sumL2 + f(weighted * tried[i]!));
      sumXl = f(sumXl + f(weighted * values[from + i]!));
    }
    const determinant = f(f(sumW * sumL2) - f(sumL * sumL));
    if (!(determinant > 0)) continue;
    let thisScale = f(f(f(sumW * sumXl) - f(sumX * sumL)) / determinant);
    let thisMin = f(f(f(sumL2 * sumX) - f(sumL * sumXl)) / determinant);
    if (thisMin > 0) {
      thisMin = 0;
      thisScale = f(sumXl / sumL2);
    }
    const error = errorOf(thisScale, thisMin);
    if (!(error < best)) continue;
    codes.set(tried, to);
    best = error;
    scale = thisScale;
    min = thisMin;
  }
  return { scale, min: -min };
}
