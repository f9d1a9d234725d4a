import type { Cast } from './format';

/**
 * Random bits for stochastic rounding: a hash of (seed, index of the element in its tensor), so the result does
 * not depend on order, chunks or threads; which seed a tensor gets says `seededFor`. The mixer is C. Wellons' lowbias32 (nullprogram.com/blog/2018/07/31),
 * applied twice to the counter so that neighbouring seeds have unrelated streams.
 */
function mix(value: number): number {
  let x = value;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x;
}

/**
 * The cast of one tensor: a stochastic one with a seed of the tensor's own, made from the policy's seed and the name, so
 * that tensors are rounded by unrelated random numbers, in whatever order they are cast.
 */
export function seededFor(cast: Cast, tensorName: string): Cast {
  const { round } = cast;
  if (round.kind === 'nearest') return cast;
  return { ...cast, round: { kind: 'stochastic', seed: (randomKey(round.seed) ^ hashOf(tensorName)) >>> 0 } };
}

/** FNV-1a of the UTF-8 bytes, 32 bits (Fowler, Noll, Vo; IETF draft-eastlake-fnv). */
export function hashOf(text: string): number {
  return new TextEncoder().encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

/** Key of a seed, an integer of up to 53 bits. */
export function randomKey(seed: number): number {
  return mix(mix((seed + 0x9e3779b9) | 0) ^ Math.floor(seed / 2 ** 32));
}

/** 32 uniform bits for an element, as an unsigned integer. `index` counts up to 2^53. */
export function randomBits(key: number, index: number): number {
  const high = Math.floor(index / 2 ** 32);
  return mix((mix((index | 0) ^ mix((key + high) | 0)) + key) | 0) >>> 0;
}
