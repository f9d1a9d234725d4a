import type { Cast } from './format';

/** Rows that end where a group of the flattened tensor and a byte do: two codes of 4 bits share one. */
export function flattenedRowUnit({ scale }: Cast, columns: number): number {
  if (scale.kind !== 'group' || columns === 0) return 1;
  const elements = leastCommonMultiple(scale.size, 2);
  return elements / greatestCommonDivisor(elements, columns);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}
