import { readScale, roundScale, scaleSize, writeScale } from './scale';

/** What a wider cast clamps is not counted: the codes derived from it are. */
const UNCOUNTED = memory.data<u32>([0]);

export function uncounted(): usize {
  return UNCOUNTED;
}

/**
 * Divides n int8 codes by 2^d, given as its reciprocal, in place: to nearest even, clamped to lowest .. highest. Those of
 * finite values that are clamped are added to the u32 at `saturated`; zero points come without values. See
 * core/formats/integers/double-rounding.ts.
 */
export function deriveCodes(
  codes: usize,
  n: i32,
  reciprocal: f32,
  lowest: f32,
  highest: f32,
  values: usize,
  saturated: usize,
): void {
  let clamped: u32 = 0;
  for (let i = 0; i < n; i++) {
    const at = codes + (i as usize);
    const rounded: f32 = nearest((load<i8>(at) as f32) * reciprocal);
    const code: f32 = min(max(rounded, lowest), highest);
    store<i8>(at, (code as i32) as i8);
    if (code === rounded || values === 0) continue;
    if (abs(load<f32>(values + ((i as usize) << 2))) < Infinity) clamped++;
  }
  store<u32>(saturated, load<u32>(saturated) + clamped);
}

/** Multiplies n stored scales by 2^d in place. */
export function deriveScales(scales: usize, n: i32, ratio: f32, dtype: i32): void {
  for (let i = 0; i < n; i++) {
    const at = scales + (i as usize) * scaleSize(dtype);
    writeScale(roundScale(readScale(at, dtype) * ratio, dtype), at, dtype);
  }
}
