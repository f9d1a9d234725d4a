import { LONGEST_RUN, interleave, storeCodes } from './lanes';
import { nearest4 } from './nearest';

const VALUES = memory.data(LONGEST_RUN * 16, 16);
const WEIGHTS = memory.data(LONGEST_RUN * 16, 16);
/** Codes under trial, as float32. */
const TRIED = memory.data(LONGEST_RUN * 16, 16);

const STEP: f32 = 0.1;

/** Weights are the magnitudes, or those plus the root mean square of the run. */
function weigh(n: i32, absolute: bool): void {
  let mean = f32x4.splat(0);
  if (!absolute) {
    for (let i = 0; i < n; i++) {
      const value = v128.load(VALUES + ((i as usize) << 4));
      mean = f32x4.add(mean, f32x4.mul(value, value));
    }
    mean = f32x4.sqrt(f32x4.div(mean, f32x4.splat(n as f32)));
  }
  for (let i = 0; i < n; i++) {
    const magnitude = f32x4.abs(v128.load(VALUES + ((i as usize) << 4)));
    v128.store(WEIGHTS + ((i as usize) << 4), absolute ? magnitude : f32x4.add(mean, magnitude));
  }
}

/** Weighted error of the codes under trial. */
function errorOf(n: i32, scale: v128, min: v128, absolute: bool): v128 {
  let error = f32x4.splat(0);
  const end = (n as usize) << 4;
  for (let at: usize = 0; at < end; at += 16) {
    const product = f32x4.mul(scale, v128.load(TRIED + at));
    const off = f32x4.sub(f32x4.add(product, min), v128.load(VALUES + at));
    const cost = absolute ? f32x4.abs(off) : f32x4.mul(off, off);
    error = f32x4.add(error, f32x4.mul(v128.load(WEIGHTS + at), cost));
  }
  return error;
}

/** Code of a value. */
function codeOf(value: v128, min: v128, inverse: v128, limit: v128): v128 {
  const code = nearest4(f32x4.mul(inverse, f32x4.sub(value, min)));
  return i32x4.max_s(i32x4.min_s(code, limit), i32x4.splat(0));
}

/**
 * Scales, minimums and codes of four runs of n values at `src`; see core/formats/ggml/scale-min-search.ts. Writes four
 * float32 to `scales` and `mins` each, and 4 n bytes to `codes`.
 */
export function searchScaleMin(
  src: usize,
  n: i32,
  limit: i32,
  first: f32,
  steps: i32,
  absolute: bool,
  scales: usize,
  mins: usize,
  codes: usize,
): void {
  interleave(src, n, VALUES);
  weigh(n, absolute);
  const zero = f32x4.splat(0);
  const end = (n as usize) << 4;
  let min = v128.load(VALUES);
  let max = min;
  let sumW = v128.load(WEIGHTS);
  let sumX = f32x4.mul(sumW, min);
  for (let at: usize = 16; at < end; at += 16) {
    const value = v128.load(VALUES + at);
    const weight = v128.load(WEIGHTS + at);
    min = f32x4.pmin(min, value);
    max = f32x4.pmax(max, value);
    sumW = f32x4.add(sumW, weight);
    sumX = f32x4.add(sumX, f32x4.mul(weight, value));
  }
  min = f32x4.pmin(min, zero);
  const flat = f32x4.eq(max, min);
  const most = i32x4.splat(limit);
  const span = f32x4.splat(limit as f32);

  // Codes follow from the inverse and the minimum they were made with: those of the best fit are kept.
  let inverse = f32x4.div(span, f32x4.sub(max, min));
  let bestInverse = inverse;
  let bestMin = min;
  let scale = f32x4.div(f32x4.splat(1), inverse);
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(TRIED + at, f32x4.convert_i32x4_s(codeOf(v128.load(VALUES + at), min, inverse, most)));
  }
  let best = errorOf(n, scale, min, absolute);
  for (let step = 0; step <= steps; step++) {
    inverse = f32x4.div(f32x4.splat(first + STEP * (step as f32) + (limit as f32)), f32x4.sub(max, min));
    let sumL = zero;
    let sumL2 = zero;
    let sumXl = zero;
    for (let at: usize = 0; at < end; at += 16) {
      const value = v128.load(VALUES + at);
      const code = f32x4.convert_i32x4_s(codeOf(value, min, inverse, most));
      v128.store(TRIED + at, code);
      const weighted = f32x4.mul(v128.load(WEIGHTS + at), code);
      sumL = f32x4.add(sumL, weighted);
      sumL2 = f32x4.add(sumL2, f32x4.mul(weighted, code));
      sumXl = f32x4.add(sumXl, f32x4.mul(weighted, value));
    }
    const determinant = f32x4.sub(f32x4.mul(sumW, sumL2), f32x4.mul(sumL, sumL));
    const fitted = f32x4.div(f32x4.sub(f32x4.mul(sumW, sumXl), f32x4.mul(sumX, sumL)), determinant);
    const fittedMin = f32x4.div(f32x4.sub(f32x4.mul(sumL2, sumX), f32x4.mul(sumL, sumXl)), determinant);
    const lifted = f32x4.gt(fittedMin, zero);
    const thisMin = v128.andnot(fittedMin, lifted);
    const thisScale = v128.bitselect(f32x4.div(sumXl, sumL2), fitted, lifted);
    const error = errorOf(n, thisScale, thisMin, absolute);
    const better = v128.and(f32x4.gt(determinant, zero), f32x4.lt(error, best));
    if (!v128.any_true(better)) continue;
    best = v128.bitselect(error, best, better);
    scale = v128.bitselect(thisScale, scale, better);
    bestInverse = v128.bitselect(inverse, bestInverse, better);
    bestMin = v128.bitselect(min, bestMin, better);
    min = v128.bitselect(thisMin, min, better);
  }
  for (let i = 0; i < n; i++) {
    const code = codeOf(v128.load(VALUES + ((i as usize) << 4)), bestMin, bestInverse, most);
    storeCodes(v128.andnot(code, flat), i, n, codes);
  }
  v128.store(scales, v128.andnot(scale, flat));
  v128.store(mins, f32x4.neg(min));
}
