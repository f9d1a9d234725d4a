import { extremes, interleave, isZeroRun, storeCodes } from './lanes';
import { nearest4 } from './nearest';

const RUN = 16;
const END: usize = RUN * 16;
const VALUES = memory.data(RUN * 16, 16);
const SQUARES = memory.data(RUN * 16, 16);
const CUBES = memory.data(RUN * 16, 16);
/** Signed codes as float32. */
const CODES = memory.data(RUN * 16, 16);

const ROUNDS = 5;

function nearestCode(value: v128, least: v128, most: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.max_s(i32x4.min_s(nearest4(value), most), least));
}

/** Scales and codes of four runs of 16 values at `src`; see core/formats/ggml/scale-descent.ts. */
export function descendScale(src: usize, limit: i32, scales: usize, codes: usize): void {
  interleave(src, RUN, VALUES);
  const zero = f32x4.splat(0);
  const least = i32x4.splat(-limit);
  const most = i32x4.splat(limit - 1);
  const max = extremes(VALUES, RUN);
  const empty = isZeroRun(max);
  const inverse = f32x4.div(f32x4.splat(-limit as f32), max);
  let xl = zero;
  let l2 = zero;
  for (let at: usize = 0; at < END; at += 16) {
    const value = v128.load(VALUES + at);
    const square = f32x4.mul(value, value);
    const cube = f32x4.mul(square, value);
    const code = nearestCode(f32x4.mul(inverse, value), least, most);
    v128.store(SQUARES + at, square);
    v128.store(CUBES + at, cube);
    v128.store(CODES + at, code);
    xl = f32x4.add(xl, f32x4.mul(cube, code));
    l2 = f32x4.add(l2, f32x4.mul(f32x4.mul(square, code), code));
  }
  for (let round = 0; round < ROUNDS; round++) {
    let changed = false;
    for (let at: usize = 0; at < END; at += 16) {
      const square = v128.load(SQUARES + at);
      const cube = v128.load(CUBES + at);
      const old = v128.load(CODES + at);
      const otherXl = f32x4.sub(xl, f32x4.mul(cube, old));
      const otherL2 = f32x4.sub(l2, f32x4.mul(f32x4.mul(square, old), old));
      const code = nearestCode(f32x4.div(f32x4.mul(v128.load(VALUES + at), otherL2), otherXl), least, most);
      const moved = v128.and(f32x4.gt(otherXl, zero), f32x4.ne(code, old));
      if (!v128.any_true(moved)) continue;
      const newXl = f32x4.add(otherXl, f32x4.mul(cube, code));
      const newL2 = f32x4.add(otherL2, f32x4.mul(f32x4.mul(square, code), code));
      const gain = f32x4.gt(f32x4.mul(f32x4.mul(newXl, newXl), l2), f32x4.mul(f32x4.mul(xl, xl), newL2));
      const better = v128.and(moved, v128.and(f32x4.gt(newL2, zero), gain));
      if (!v128.any_true(better)) continue;
      v128.store(CODES + at, v128.bitselect(code, old, better));
      xl = v128.bitselect(newXl, xl, better);
      l2 = v128.bitselect(newL2, l2, better);
      changed = true;
    }
    if (!changed) break;
  }
  for (let i = 0; i < RUN; i++) {
    const code = i32x4.trunc_sat_f32x4_s(v128.load(CODES + ((i as usize) << 4)));
    storeCodes(v128.andnot(i32x4.sub(code, least), empty), i, RUN, codes);
  }
  const scale = v128.and(f32x4.div(xl, l2), f32x4.gt(l2, zero));
  v128.store(scales, v128.andnot(scale, empty));
}
