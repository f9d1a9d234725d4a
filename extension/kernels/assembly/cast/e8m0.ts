/** 2^exponent of -149 .. 127. */
export function powerOfTwo(exponent: i32): f32 {
  return reinterpret<f32>(exponent >= -126 ? (exponent + 127) << 23 : 1 << (exponent + 149));
}

/** The power of two of an E8M0 code times 2^shift; NaN for 255. */
export function e8m0Value(code: i32, shift: i32): f32 {
  return code === 255 ? NaN : powerOfTwo(code - 127 + shift);
}

/** floor(log2(magnitude)) of a positive finite float32, given as bits. */
export function floorLog2(bits: u32): i32 {
  const field = (bits >> 23) as i32;
  return field === 0 ? -118 - (clz(bits) as i32) : field - 127;
}

/** Code of 2^exponent, clamped to 2^-127 .. 2^127. */
export function e8m0Code(exponent: i32): i32 {
  return max(0, min(254, exponent + 127));
}
