import { floatBits } from '../floats/float-bits';

/** 1.5 x 2^23: a float32 added to it loses its fraction, rounded to nearest even. */
const MAGIC = 12582912;
const EXACT = 4194303;

/**
 * ggml's `nearest_int`: to the nearest integer, ties to even, by adding 1.5 x 2^23 and taking the mantissa. Beyond
 * 2^22 it gives what those bits say, and NaN gives 0.
 */
export function nearestInt(value: number): number {
  const sum = Math.fround(value + MAGIC);
  if (Math.abs(value) <= EXACT) return sum - MAGIC;
  return Number.isNaN(sum) ? 0 : (floatBits(sum) & 0x7fffff) - 0x400000;
}

/**
 * C's conversion of a float to an integer of 8 bits, as x86 does it: towards zero, only the low bits kept, and 0 for
 * what no 32-bit integer holds. Blocks whose scale underflows come here with infinities.
 */
export function truncated(value: number): number {
  return Math.abs(value) < 2 ** 31 ? Math.trunc(value) & 0xff : 0;
}

/** C's `roundf`: ties away from zero. */
export function roundAway(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(value) + 0.5);
}

/** The reciprocal in float32; 0 for a zero. */
export function reciprocal(value: number): number {
  return value === 0 ? 0 : Math.fround(1 / value);
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
