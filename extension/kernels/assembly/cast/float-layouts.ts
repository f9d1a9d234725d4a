/** What `encodeRuns` casts to. Numbered as in kernels/cast-abi.ts. */
export const BF16: i32 = 0;
export const FP16: i32 = 1;
export const E4M3: i32 = 2;
export const E5M2: i32 = 3;
export const INT8: i32 = 4;
export const INT4: i32 = 5;

/** Columns: mantissa bits, exponent bias, largest code, code of an overflow under `ieee`, NaN code, sign bit. */
const COLUMNS = 6;
const LAYOUTS = memory.data<u32>([
  7, 127, 0x7f7f, 0x7f80, 0x7fc0, 0x8000, 10, 15, 0x7bff, 0x7c00, 0x7e00, 0x8000, 3, 7, 0x7e, 0x7f, 0x7f, 0x80, 2, 15,
  0x7b, 0x7c, 0x7e, 0x80,
]);

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
