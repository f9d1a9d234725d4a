import { extremes, interleave, isZeroRun } from './lanes';

const RUN = 32;
const END: usize = RUN * 16;
const VALUES = memory.data(RUN * 16, 16);
const SQUARES = memory.data(RUN * 16, 16);
/** Sums of the last fit: of w x q x value and of w x q x q, q the code points. */
const SUMS = memory.data(32, 16);
const TRIES = 7;

/** The code points, as signed bytes: `i8x16.swizzle` looks them up. */
export const IQ4_POINTS = memory.data<i8>([
  -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
]);

/**
 * Code and code point of every half, from -128 to 127.5: midpoints of code points are halves, so that the code of a
 * value is that of the half below it.
 */
const HALVES = 512;
const CODES = memory.data(HALVES);
const POINTS = memory.data(HALVES * 4, 16);

export function prepareIq4(): void {
  let code = 0;
  for (let half = 0; half < HALVES; half++) {
    // Twice the midpoint, in halves.
    while (
      code < 15 &&
      half - 256 >= (load<i8>(IQ4_POINTS + (code as usize)) as i32) + (load<i8>(IQ4_POINTS + (code as usize), 1) as i32)
    ) {
      code++;
    }
    store<u8>(CODES + (half as usize), code);
    store<f32>(POINTS + ((half as usize) << 2), load<i8>(IQ4_POINTS + (code as usize)) as f32);
  }
}

/** Number of the half below each of four values. */
function halves(values: v128): v128 {
  const whole = i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.add(values, values)));
  return i32x4.add(i32x4.min_s(i32x4.max_s(whole, i32x4.splat(-256)), i32x4.splat(255)), i32x4.splat(256));
}

/** Code points of four values. */
function pointsOf(values: v128): v128 {
  const at = i32x4.shl(halves(values), 2);
  let points = v128.load32_zero(POINTS + (i32x4.extract_lane(at, 0) as usize));
  points = v128.load32_lane(POINTS + (i32x4.extract_lane(at, 1) as usize), points, 1);
  points = v128.load32_lane(POINTS + (i32x4.extract_lane(at, 2) as usize), points, 2);
  return v128.load32_lane(POINTS + (i32x4.extract_lane(at, 3) as usize), points, 3);
}

function sum(inverse: v128): void {
  let qx = f32x4.splat(0);
  let q2 = f32x4.splat(0);
  for (let at: usize = 0; at < END; at += 16) {
    const value = v128.load(VALUES + at);
    const point = pointsOf(f32x4.mul(inverse, value));
    const weighted = f32x4.mul(v128.load(SQUARES + at), point);
    qx = f32x4.add(qx, f32x4.mul(weighted, value));
    q2 = f32x4.add(q2, f32x4.mul(weighted, point));
  }
  v128.store(SUMS, qx);
  v128.store(SUMS, q2, 16);
}

/** Scales of four runs of 32 values; see core/formats/ggml/iq4-codes.ts. */
export function iq4Scales(src: usize, scales: usize): void {
  interleave(src, RUN, VALUES);
  for (let at: usize = 0; at < END; at += 16) {
    const value = v128.load(VALUES + at);
    v128.store(SQUARES + at, f32x4.mul(value, value));
  }
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const max = extremes(VALUES, RUN);
  const empty = isZeroRun(max);
  sum(f32x4.div(one, f32x4.div(f32x4.neg(max), f32x4.splat(-127))));
  let qx = v128.load(SUMS);
  let q2 = v128.load(SUMS, 16);
  let scale = v128.and(f32x4.div(qx, q2), f32x4.gt(q2, zero));
  let best = f32x4.mul(scale, qx);
  for (let step = -TRIES; step <= TRIES; step++) {
    sum(f32x4.div(f32x4.splat((step - 127) as f32), max));
    qx = v128.load(SUMS);
    q2 = v128.load(SUMS, 16);
    const better = v128.and(f32x4.gt(q2, zero), f32x4.gt(f32x4.mul(qx, qx), f32x4.mul(best, q2)));
    scale = v128.bitselect(f32x4.div(qx, q2), scale, better);
    best = v128.bitselect(f32x4.mul(scale, qx), best, better);
  }
  v128.store(scales, v128.andnot(scale, empty));
}

function codeAt(lanes: v128, to: usize): void {
  store<u8>(to, load<u8>(CODES + (i32x4.extract_lane(lanes, 0) as usize)));
  store<u8>(to, load<u8>(CODES + (i32x4.extract_lane(lanes, 1) as usize)), 1);
  store<u8>(to, load<u8>(CODES + (i32x4.extract_lane(lanes, 2) as usize)), 2);
  store<u8>(to, load<u8>(CODES + (i32x4.extract_lane(lanes, 3) as usize)), 3);
}

const UNPACKED = memory.data(32, 16);

/** Packed codes of 32 values times `inverse`. NaN, of a scale that overflowed, gets the last code. */
export function storeIq4Codes(src: usize, inverse: f32, to: usize): void {
  if (isNaN(inverse)) {
    v128.store(to, i8x16.splat(-1));
    return;
  }
  const factor = f32x4.splat(inverse);
  for (let i: usize = 0; i < 32; i += 4) {
    codeAt(halves(f32x4.mul(v128.load(src + (i << 2)), factor)), UNPACKED + i);
  }
  v128.store(to, v128.or(v128.load(UNPACKED), i8x16.shl(v128.load(UNPACKED, 16), 4)));
}
