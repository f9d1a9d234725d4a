import type { Cast } from './format';
import { findFormat } from './registry';

/**
 * Runs of rows of a tensor must be a multiple of this many rows long (the last one excepted), so that the bytes
 * of the runs concatenate to the bytes of the whole: 1, unless groups run over the flattened tensor.
 */
export function rowUnit(cast: Cast, columns: number): number {
  if (findFormat(cast.format)?.flattened !== true || cast.scale.kind !== 'group' || columns === 0) return 1;
  // An even number of elements as well: two codes share a byte.
  const elements = leastCommonMultiple(cast.scale.size, 2);
  return elements / greatestCommonDivisor(elements, columns);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}
