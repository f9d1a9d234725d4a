import type { Cast } from '../format';

/**
 * Rows that end where a group of the flattened tensor and a byte do: two codes of 4 bits share one. With scales that
 * are themselves stored in groups of `scalesTogether`, where such a group ends.
 */
export function flattenedRowUnit({ scale }: Cast, columns: number, scalesTogether = 1): number {
  if (scale.kind !== 'group' || columns === 0) return 1;
  const elements = leastCommonMultiple(scale.size * scalesTogether, 2);
  return elements / greatestCommonDivisor(elements, columns);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}
