/** 2^112: moves the exponent of a half, shifted into place, to that of a float32. */
const REBIAS = reinterpret<f32>(0x77800000);
/** 0.5: a magnitude below 2^-14 added to it has its denormal half in the low bits. */
const DENORMAL: u32 = 0x3f000000;

/** The float32 of the half at an address. */
export function readHalf(at: usize): f32 {
  const code = load<u16>(at) as u32;
  const magnitude = code & 0x7fff;
  const bits = reinterpret<u32>(reinterpret<f32>(magnitude << 13) * REBIAS) | (magnitude >= 0x7c00 ? 0x7f800000 : 0);
  return reinterpret<f32>(bits | ((code & 0x8000) << 16));
}

/** Writes a float32 as a half, to nearest even, infinite from 65520 on; see `writeHalf` in core/formats/ggml/half.ts. */
export function writeHalf(at: usize, value: f32): void {
  const bits = reinterpret<u32>(value);
  const magnitude = bits & 0x7fffffff;
  let code: u32;
  if (magnitude > 0x7f800000) code = 0x7e00;
  else if (magnitude >= 0x477ff000) code = 0x7c00;
  else if (magnitude < 0x38800000) code = reinterpret<u32>(reinterpret<f32>(magnitude) + 0.5) - DENORMAL;
  else code = (magnitude + 0xc8000fff + ((magnitude >> 13) & 1)) >> 13;
  store<u16>(at, code | ((bits >> 16) & 0x8000));
}
