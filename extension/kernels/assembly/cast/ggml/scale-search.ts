import { extremes, interleave, isZeroRun, storeCodes } from './lanes';
import { nearest4 } from './nearest';

const RUN = 16;
const END: usize = RUN * 16;
const VALUES = memory.data(RUN * 16, 16);
/** Squares and cubes of the values. */
const SQUARES = memory.data(RUN * 16, 16);
const CUBES = memory.data(RUN * 16, 16);
/** Sums of the last fit: of w x l and of w l l. */
const SUMS = memory.data(32, 16);

const TRIES = 9;
const STEP: f32 = 0.1;

function codeOf(value: v128, inverse: v128, least: v128, most: v128): v128 {
  return i32x4.max_s(i32x4.min_s(nearest4(f32x4.mul(inverse, value)), most), least);
}

function sum(inverse: v128, limit: i32): void {
  const least = i32x4.splat(-limit);
  const most = i32x4.splat(limit - 1);
  let xl = f32x4.splat(0);
  let l2 = f32x4.splat(0);
  for (let at: usize = 0; at < END; at += 16) {
    const code = f32x4.convert_i32x4_s(codeOf(v128.load(VALUES + at), inverse, least, most));
    xl = f32x4.add(xl, f32x4.mul(v128.load(CUBES + at), code));
    l2 = f32x4.add(l2, f32x4.mul(f32x4.mul(v128.load(SQUARES + at), code), code));
  }
  v128.store(SUMS, xl);
  v128.store(SUMS, l2, 16);
}

/** Scales and codes of four runs of 16 values at `src`; see core/formats/ggml/scale-search.ts. */
export function searchScale(src: usize, limit: i32, scales: usize, codes: usize): void {
  interleave(src, RUN, VALUES);
  for (let at: usize = 0; at < END; at += 16) {
    const value = v128.load(VALUES + at);
    const square = f32x4.mul(value, value);
    v128.store(SQUARES + at, square);
    v128.store(CUBES + at, f32x4.mul(square, value));
  }
  const zero = f32x4.splat(0);
  const max = extremes(VALUES, RUN);
  const empty = isZeroRun(max);
  let bestInverse = f32x4.div(f32x4.splat(-limit as f32), max);
  sum(bestInverse, limit);
  let xl = v128.load(SUMS);
  let l2 = v128.load(SUMS, 16);
  let scale = v128.and(f32x4.div(xl, l2), f32x4.ne(l2, zero));
  let best = f32x4.mul(scale, xl);
  for (let step = -TRIES; step <= TRIES; step++) {
    if (step === 0) continue;
    const inverse = f32x4.div(f32x4.splat(-((limit as f32) + STEP * (step as f32))), max);
    sum(inverse, limit);
    xl = v128.load(SUMS);
    l2 = v128.load(SUMS, 16);
    const better = v128.and(f32x4.gt(l2, zero), f32x4.gt(f32x4.mul(xl, xl), f32x4.mul(best, l2)));
    if (!v128.any_true(better)) continue;
    bestInverse = v128.bitselect(inverse, bestInverse, better);
    scale = v128.bitselect(f32x4.div(xl, l2), scale, better);
    best = v128.bitselect(f32x4.mul(scale, xl), best, better);
  }
  const least = i32x4.splat(-limit);
  const most = i32x4.splat(limit - 1);
  for (let i = 0; i < RUN; i++) {
    const code = codeOf(v128.load(VALUES + ((i as usize) << 4)), bestInverse, least, most);
    storeCodes(v128.andnot(i32x4.sub(code, least), empty), i, RUN, codes);
  }
  v128.store(scales, v128.andnot(scale, empty));
}
