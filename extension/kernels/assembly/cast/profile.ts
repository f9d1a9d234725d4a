import { isNonFinite } from './constants';

/**
 * Profiles n values: counts the finite ones in `bins` (65,536 u32, one for each bfloat16) and stores at `out` f64
 * mean, m2, m3 and m4 of the finite ones, then u32 finite, NaN, infinite and zero values, then f32 min and max
 * (infinities of the opposite sign when there are none). See core/analysis/value-profile.ts.
 */
export function profileValues(values: usize, n: i32, bins: usize, out: usize): void {
  let finite: u32 = 0;
  let nan: u32 = 0;
  let infinite: u32 = 0;
  let zeros: u32 = 0;
  let sum: f64 = 0;
  let low: f32 = f32.MAX_VALUE;
  let high: f32 = -f32.MAX_VALUE;
  for (let i = 0; i < n; i++) {
    const bits = load<u32>(values + ((i as usize) << 2));
    const magnitude = bits & 0x7fffffff;
    if (isNonFinite(magnitude)) {
      if (magnitude > 0x7f800000) nan++;
      else infinite++;
      continue;
    }
    const value = reinterpret<f32>(bits);
    if (magnitude === 0) zeros++;
    sum += value as f64;
    low = min(low, value);
    high = max(high, value);
    finite++;
    let bin = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    if ((bin & 0x7fff) === 0x7f80) bin--;
    const at = bins + ((bin as usize) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  const mean = finite === 0 ? 0 : sum / (finite as f64);
  let m2: f64 = 0;
  let m3: f64 = 0;
  let m4: f64 = 0;
  for (let i = 0; i < n; i++) {
    const value = load<f32>(values + ((i as usize) << 2));
    // x - x is NaN exactly where x is not finite.
    if (value - value !== 0) continue;
    const difference = (value as f64) - mean;
    const square = difference * difference;
    m2 += square;
    m3 += square * difference;
    m4 += square * square;
  }
  store<f64>(out, mean);
  store<f64>(out, m2, 8);
  store<f64>(out, m3, 16);
  store<f64>(out, m4, 24);
  store<u32>(out, finite, 32);
  store<u32>(out, nan, 36);
  store<u32>(out, infinite, 40);
  store<u32>(out, zeros, 44);
  store<f32>(out, finite === 0 ? Infinity : low, 48);
  store<f32>(out, finite === 0 ? -Infinity : high, 52);
}
