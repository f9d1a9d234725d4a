/** Random bits of stochastic rounding; the same function as core/formats/stochastic.ts. */
function mix(value: u32): u32 {
  let x = value;
  x ^= x >> 16;
  x *= 0x7feb352d;
  x ^= x >> 15;
  x *= 0x846ca68b;
  x ^= x >> 16;
  return x;
}

/** 32 uniform bits for the element with this row-major index in its tensor. */
export function randomBits(key: u32, index: u64): u32 {
  const high = (index >> 32) as u32;
  return mix(mix((index as u32) ^ mix(key + high)) + key);
}
