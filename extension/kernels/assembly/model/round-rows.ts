import { floorLog2, powerOfTwo } from '../cast/e8m0';

/** How the scale of a run is found, numbered as in kernels/model-rounding.ts. */
const UNSCALED: i32 = 0;
const AMAX: i32 = 1;

/** Bits of the largest magnitude of n floats. */
function largestMagnitude(x: usize, n: i32): u32 {
  const mask = i32x4.splat(0x7fffffff);
  let lanes = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) lanes = i32x4.max_s(lanes, v128.and(v128.load(x + ((<usize>i) << 2)), mask));
  let largest: u32 = max(
    max<u32>(i32x4.extract_lane(lanes, 0), i32x4.extract_lane(lanes, 1)),
    max<u32>(i32x4.extract_lane(lanes, 2), i32x4.extract_lane(lanes, 3)),
  );
  for (; i < n; i++) largest = max(largest, load<u32>(x + ((<usize>i) << 2)) & 0x7fffffff);
  return largest;
}

/**
 * The scale of a run: 1, amax / largest in float32 (1 for zeros, never below 2^-149), or the power of two of OCP MX
 * 1.0, section 6.3; see core/formats/scaling.ts and mx-format.ts.
 */
function scaleOf(amax: u32, scaling: i32, largest: f32): f32 {
  if (scaling === UNSCALED || (scaling === AMAX && amax === 0)) return 1;
  if (scaling === AMAX) return max<f32>(reinterpret<f32>(amax) / largest, reinterpret<f32>(1));
  if (amax === 0) return powerOfTwo(-127);
  return powerOfTwo(max(-127, min(127, floorLog2(amax) - floorLog2(reinterpret<u32>(largest)))));
}

/**
 * Rounds each of the floats x, [rows, columns], to a float of `mantissa` bits, smallest normal value `normal` and
 * largest value `largest`, ties to even, under a scale for each `run` neighbours of a row (the last may be shorter):
 * x = round(clamp(x / scale)) * scale, each step in float32. A run that holds NaN or an infinity is left as it is.
 */
export function roundFloats(
  x: usize,
  rows: i32,
  columns: i32,
  run: i32,
  scaling: i32,
  mantissa: i32,
  normal: f32,
  largest: f32,
): void {
  const dropped = 23 - mantissa;
  const half = i32x4.splat((1 << (dropped - 1)) - 1);
  const keep = i32x4.splat(-1 << dropped);
  const one = i32x4.splat(1);
  const absolute = i32x4.splat(0x7fffffff);
  const most = f32x4.splat(largest);
  const smallest = f32x4.splat(normal);
  // Its unit in the last place is the smallest subnormal, so that adding it rounds subnormals to nearest even.
  const magic = f32x4.splat(reinterpret<f32>(reinterpret<u32>(normal) + ((<u32>dropped) << 23)));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += run) {
      const n = min(run, columns - column);
      const amax = largestMagnitude(x, n);
      if (amax < 0x7f800000) {
        const scale = f32x4.splat(scaleOf(amax, scaling, largest));
        for (let i = 0; i < n; i += 4) {
          const at = x + ((<usize>i) << 2);
          const here = n - i;
          const q = f32x4.div(here >= 4 ? v128.load(at) : partial(at, here), scale);
          const m = f32x4.min(v128.and(q, absolute), most);
          const odd = v128.and(i32x4.shr_u(m, dropped), one);
          const rounded = v128.and(i32x4.add(i32x4.add(m, half), odd), keep);
          const tiny = f32x4.sub(f32x4.add(m, magic), magic);
          const y = v128.bitselect(tiny, rounded, f32x4.lt(m, smallest));
          const signed = f32x4.mul(v128.or(y, v128.andnot(q, absolute)), scale);
          if (here >= 4) v128.store(at, signed);
          else storePartial(at, signed, here);
        }
      }
      x += (<usize>n) << 2;
    }
  }
}

/** The same to integers from -largest to largest. */
export function roundIntegers(x: usize, rows: i32, columns: i32, run: i32, largest: f32): void {
  const most = f32x4.splat(largest);
  const least = f32x4.splat(-largest);
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += run) {
      const n = min(run, columns - column);
      const amax = largestMagnitude(x, n);
      if (amax < 0x7f800000) {
        const scale = f32x4.splat(scaleOf(amax, AMAX, largest));
        for (let i = 0; i < n; i += 4) {
          const at = x + ((<usize>i) << 2);
          const here = n - i;
          const q = f32x4.div(here >= 4 ? v128.load(at) : partial(at, here), scale);
          // Adding 0 makes -0 the 0 that an integer is.
          const code = f32x4.add(f32x4.max(f32x4.min(f32x4.nearest(q), most), least), zero);
          const y = f32x4.mul(code, scale);
          if (here >= 4) v128.store(at, y);
          else storePartial(at, y, here);
        }
      }
      x += (<usize>n) << 2;
    }
  }
}

/** One to three floats; the other lanes are 0. */
function partial(at: usize, n: i32): v128 {
  let x = f32x4.replace_lane(f32x4.splat(0), 0, load<f32>(at));
  if (n > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (n > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  return x;
}

function storePartial(at: usize, x: v128, n: i32): void {
  store<f32>(at, f32x4.extract_lane(x, 0));
  if (n > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
  if (n > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
}
