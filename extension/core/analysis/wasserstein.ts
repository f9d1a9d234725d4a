/**
 * Wasserstein-1 distance between two samples of equal size: the mean distance of their values in order. Sorts copies;
 * neither may hold NaN.
 */
export function wasserstein(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`samples of ${a.length} and ${b.length} values can't be compared`);
  if (a.length === 0) return 0;
  const left = a.slice().sort();
  const right = b.slice().sort();
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += Math.abs(left[at]! - right[at]!);
  return sum / left.length;
}
