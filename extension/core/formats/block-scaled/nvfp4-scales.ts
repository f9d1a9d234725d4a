import { SMALLEST_SCALE, roundScale } from '../scaling';

/** Largest E4M3 block scale times largest E2M1 element: what the largest magnitude of a tensor is mapped onto. */
const LARGEST = 448 * 6;

/** Smallest magnitude that is looked at: the smallest normal float32. */
const LEAST = 2 ** -126;

/**
 * The global scale of a tensor as compressed-tensors' `generate_gparam` computes it: 448 * 6 / amax, in float32 the
 * reciprocal times the number (so torch divides a number by a tensor), and 1 where that overflows: tensors of zeros,
 * or of nothing above 8e-36. Block scales are multiplied by it before they are stored, so a loader divides by it.
 */
export function nvfp4GlobalScale(amax: number): number {
  const scale = Math.fround(Math.fround(1 / Math.max(amax, LEAST)) * LARGEST);
  return Number.isFinite(scale) ? scale : 1;
}

/**
 * Stored scale of a block: amax / 6 times the global scale, each step in float32, rounded to E4M3. What would
 * underflow to zero becomes the smallest E4M3 number, 2^-9, which keeps more than the 0.125 of compressed-tensors.
 */
export function nvfp4BlockScale(amax: number, globalScale: number): number {
  const scale = Math.fround(Math.fround(amax / 6) * globalScale);
  return Math.max(roundScale(scale, 'F8_E4M3'), SMALLEST_SCALE.F8_E4M3);
}
