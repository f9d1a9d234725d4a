import { exponentBias, isFnuz, largestCode, mantissaBits, nanCode, overflowCode, signBit } from './float-layouts';
import { randomBits } from './random';

/**
 * Code of a finite magnitude as if exponents had no upper end; see `roundMagnitude` in core/formats/floats/float-codes.ts,
 * which this follows step by step.
 */
export function roundMagnitude(bits: u32, mantissa: i32, bias: i32, stochastic: bool, random: u32): u32 {
  if (bits === 0) return 0;
  const exponentField = (bits >> 23) as i32;
  const fraction = bits & 0x7fffff;
  const significand: u32 = exponentField === 0 ? fraction : fraction | 0x800000;
  const unit = exponentField === 0 ? -149 : exponentField - 150;
  const exponent = unit + 31 - (clz(significand) as i32);
  const lowest = 1 - bias;
  // Bits of the significand below the last one that is kept; at least 1 for every target.
  const dropped = max(exponent, lowest) - mantissa - unit;
  const kept: u32 = dropped > 24 ? 0 : significand >> dropped;
  const rest: u32 = dropped > 24 ? significand : significand & ((1 << dropped) - 1);
  // A carry out of the mantissa moves into the exponent field by itself.
  const base: u32 = exponent >= lowest ? ((exponent - lowest) as u32) << mantissa : 0;
  const code = base + kept;
  let up = false;
  if (stochastic) {
    const over = dropped - 32;
    const threshold: u64 = over <= 0 ? (rest as u64) << -over : over > 31 ? 0 : (rest as u64) >> over;
    up = (random as u64) < threshold;
  } else if (dropped <= 24) {
    const half: u32 = 1 << (dropped - 1);
    up = rest > half || (rest === half && (code & 1) !== 0);
  }
  return code + (up ? 1 : 0);
}

/**
 * Casts n values divided by `divisor` one by one, whatever they hold, and adds the overflows of finite values to the
 * u32 at `saturated`. `first` is the row-major index in the tensor of the first value.
 */
export function encodeFloatsCarefully(
  format: i32,
  src: usize,
  dst: usize,
  n: i32,
  divisor: f32,
  ieee: bool,
  stochastic: bool,
  key: u32,
  first: u64,
  saturated: usize,
): void {
  const mantissa = mantissaBits(format);
  const bias = exponentBias(format);
  const largest = largestCode(format);
  const beyond = ieee ? overflowCode(format) : largest;
  const sign = signBit(format);
  const wide = sign > 0x80;
  const fnuz = isFnuz(format);
  let overflows: u32 = 0;
  for (let i = 0; i < n; i++) {
    const bits = reinterpret<u32>(load<f32>(src + ((i as usize) << 2)) / divisor);
    const magnitude = bits & 0x7fffffff;
    let code: u32;
    if (magnitude > 0x7f800000) code = nanCode(format);
    else if (magnitude === 0x7f800000) code = beyond;
    else {
      const random: u32 = stochastic ? randomBits(key, first + (i as u64)) : 0;
      code = roundMagnitude(magnitude, mantissa, bias, stochastic, random);
      if (code > largest) {
        code = beyond;
        overflows++;
      }
    }
    if (bits >> 31 !== 0 && (code !== 0 || !fnuz)) code |= sign;
    if (wide) store<u16>(dst + ((i as usize) << 1), code as u16);
    else store<u8>(dst + (i as usize), code as u8);
  }
  store<u32>(saturated, load<u32>(saturated) + overflows);
}
