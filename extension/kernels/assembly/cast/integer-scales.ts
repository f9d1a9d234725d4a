import { isNonFinite } from './constants';
import { roundScale, smallestScale, storedScale } from './scale';

/** How a scale is found. Numbered as in kernels/cast-abi.ts. */
export const SYMMETRIC: i32 = 0;
export const ASYMMETRIC: i32 = 1;
export const ABSMEAN: i32 = 2;

/** Minimum and maximum of `blockRange`; four sums of magnitudes of `blockMean`. */
const RANGE = memory.data<f32>([0, 0]);
const SUMS = memory.data<f64>([0, 0, 0, 0]);

/** Least and largest finite value of a block, zero among them: `rangeLow` and `rangeHigh`. */
export function blockRange(src: usize, rows: i32, n: i32, columns: i32): void {
  const zero = f32x4.splat(0);
  let low = zero;
  let high = zero;
  let least: f32 = 0;
  let most: f32 = 0;
  for (let row = 0; row < rows; row++) {
    const from = src + (((row * columns) as usize) << 2);
    const whole = n & ~3;
    for (let i = 0; i < whole; i += 4) {
      const x = v128.load(from + ((i as usize) << 2));
      // x - x is zero exactly where x is finite; other lanes count as zero.
      const finite = v128.and(x, f32x4.eq(f32x4.sub(x, x), zero));
      low = f32x4.pmin(low, finite);
      high = f32x4.pmax(high, finite);
    }
    for (let i = whole; i < n; i++) {
      const x = load<f32>(from + ((i as usize) << 2));
      if (isNonFinite(reinterpret<u32>(x) & 0x7fffffff)) continue;
      if (x < least) least = x;
      if (x > most) most = x;
    }
  }
  const lowest = min(min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)), min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)));
  const largest = max(max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)), max(f32x4.extract_lane(high, 2), f32x4.extract_lane(high, 3)));
  store<f32>(RANGE, min(least, lowest));
  store<f32>(RANGE, max(most, largest), 4);
}

export function rangeLow(): f32 {
  return load<f32>(RANGE);
}

export function rangeHigh(): f32 {
  return load<f32>(RANGE, 4);
}

/** Mean magnitude of the finite values of a run; see `runMean` in core/formats/integers/ternary.ts. */
export function runMean(src: usize, n: i32): f32 {
  memory.fill(SUMS, 0, 32);
  let finite = 0;
  let a = v128.load(SUMS);
  let b = v128.load(SUMS, 16);
  const zero = f32x4.splat(0);
  const whole = n & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(src + ((i as usize) << 2));
    const is = f32x4.eq(f32x4.sub(x, x), zero);
    const magnitude = f32x4.abs(v128.and(x, is));
    finite += popcnt(i32x4.bitmask(is));
    a = f64x2.add(a, f64x2.promote_low_f32x4(magnitude));
    b = f64x2.add(b, f64x2.promote_low_f32x4(i64x2.shuffle(magnitude, magnitude, 1, 1)));
  }
  v128.store(SUMS, a);
  v128.store(SUMS, b, 16);
  for (let i = whole; i < n; i++) {
    const x = load<f32>(src + ((i as usize) << 2));
    if (x - x !== 0) continue;
    const sum = SUMS + (((i & 3) as usize) << 3);
    store<f64>(sum, load<f64>(sum) + (abs(x) as f64));
    finite++;
  }
  if (finite === 0) return 0;
  const total = load<f64>(SUMS) + load<f64>(SUMS, 16) + (load<f64>(SUMS, 8) + load<f64>(SUMS, 24));
  return (total / (finite as f64)) as f32;
}

/** The scale of `asymmetricScale` in core/formats/integers/integer-scales.ts for low <= 0 <= high. */
export function asymmetricScale(low: f32, high: f32, steps: f32, dtype: i32): f32 {
  const spread = high - low;
  if (spread === 0) return 1;
  const wanted: f32 =
    spread === Infinity ? ((high as f64) / (steps as f64) - (low as f64) / (steps as f64)) as f32 : spread / steps;
  return max(roundScale(wanted, dtype), smallestScale(dtype));
}

/** The zero point that goes with it. */
export function zeroPoint(low: f32, scale: f32, lowest: f32, highest: f32): f32 {
  return max(lowest, min(highest, nearest(lowest - low / scale)));
}
