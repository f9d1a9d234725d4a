/** What `encodeRuns` casts to. Numbered as in kernels/cast-abi.ts. */
export const BF16: i32 = 0;
export const FP16: i32 = 1;
export const E4M3: i32 = 2;
export const E5M2: i32 = 3;
/** Whatever `defineFloat` said last. */
export const DEFINED: i32 = 4;

/**
 * Columns: mantissa bits, exponent bias, largest code, code of an overflow under `ieee`, NaN code, sign bit, and the
 * bits of the largest value.
 */
const COLUMNS = 7;
const LAYOUTS = memory.data<u32>([
  7, 127, 0x7f7f, 0x7f80, 0x7fc0, 0x8000, 0x7f7f0000, 10, 15, 0x7bff, 0x7c00, 0x7e00, 0x8000, 0x477fe000, 3, 7, 0x7e,
  0x7f, 0x7f, 0x80, 0x43e00000, 2, 15, 0x7b, 0x7c, 0x7e, 0x80, 0x47600000, 0, 0, 0, 0, 0, 0, 0,
]);

/** Constants of the defined float's vector casts, its limit last; see `defineFloat`. */
export const DEFINED_CONSTANTS = memory.data<u32>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

function field(format: i32, column: i32): u32 {
  return load<u32>(LAYOUTS + (((format * COLUMNS + column) as usize) << 2));
}

export function mantissaBits(format: i32): i32 {
  return field(format, 0) as i32;
}

export function exponentBias(format: i32): i32 {
  return field(format, 1) as i32;
}

export function largestCode(format: i32): u32 {
  return field(format, 2);
}

export function overflowCode(format: i32): u32 {
  return field(format, 3);
}

export function nanCode(format: i32): u32 {
  return field(format, 4);
}

export function signBit(format: i32): u32 {
  return field(format, 5);
}

/** Largest code value, which a run's largest magnitude is mapped to. */
export function largestValue(format: i32): f32 {
  return reinterpret<f32>(field(format, 6));
}

/** Whether the defined float is E2M1 without any special codes. */
export function isE2m1(): bool {
  return mantissaBits(DEFINED) === 1 && exponentBias(DEFINED) === 1 && signBit(DEFINED) === 8 && largestCode(DEFINED) === 7;
}

/** Whether the defined float has one zero and, in place of the other, its NaN. */
export function isFnuz(format: i32): bool {
  return format === DEFINED && nanCode(format) === signBit(format);
}

function power(exponent: i32): u32 {
  return ((exponent + 127) as u32) << 23;
}

/**
 * Makes the float `DEFINED` stands for: see `FloatLayout` in core/formats/floats/float-codes.ts. Mantissas have at least one
 * bit and biases are at most 127. `limit`: bits of the smallest magnitude that rounds beyond the largest code.
 */
export function defineFloat(
  mantissa: i32,
  bias: i32,
  largest: u32,
  overflow: u32,
  nan: u32,
  sign: u32,
  largestValue: f32,
  limit: u32,
): void {
  const row = LAYOUTS + ((DEFINED * COLUMNS) << 2);
  store<u32>(row, mantissa as u32);
  store<u32>(row, bias as u32, 4);
  store<u32>(row, largest, 8);
  store<u32>(row, overflow, 12);
  store<u32>(row, nan, 16);
  store<u32>(row, sign, 20);
  store<f32>(row, largestValue, 24);
  const shift = 23 - mantissa;
  const at = DEFINED_CONSTANTS;
  // Half less one of the dropped bits, less the difference of the biases; 1; the smallest normal; a number whose unit
  // in the last place is the smallest subnormal.
  store<u32>(at, ((1 as u32) << (shift - 1)) - 1 - (((127 - bias) as u32) << 23));
  store<u32>(at, 1, 4);
  store<u32>(at, power(1 - bias), 8);
  store<u32>(at, power(24 - bias - mantissa), 12);
  // The sign; what keeps it on zero; the largest value.
  store<u32>(at, sign, 16);
  store<u32>(at, nan === sign ? 0 : 0xffffffff, 20);
  store<f32>(at, largestValue, 24);
  // 2^(127 - bias); the first code that is no number, none where all are; the bits it gets; the mask of magnitudes.
  store<u32>(at, power(127 - bias), 28);
  const special = nan !== sign && overflow > largest;
  store<u32>(at, special ? overflow : 0x7fffffff, 32);
  store<u32>(at, overflow === nan ? 0x7fc00000 : 0x7f800000, 36);
  store<u32>(at, sign - 1, 40);
  store<u32>(at, limit, 44);
}
