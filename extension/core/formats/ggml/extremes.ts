/** The value of largest magnitude of a run, the first of equals; 0 for a run of zeros. */
export function extreme(values: Float32Array, from: number, count: number): number {
  let found = 0;
  for (let at = from; at < from + count; at++) {
    if (Math.abs(values[at]!) > Math.abs(found)) found = values[at]!;
  }
  return found;
}

/** Smallest and largest of a run. */
export function span(
  values: Float32Array,
  from: number,
  count: number,
): { readonly min: number; readonly max: number } {
  let min = Math.fround(3.4028234663852886e38);
  let max = -min;
  for (let at = from; at < from + count; at++) {
    if (values[at]! < min) min = values[at]!;
    if (values[at]! > max) max = values[at]!;
  }
  return { min, max };
}

/** The largest of some numbers and 0; NaN does not count. */
export function largestOf(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) if (value > largest) largest = value;
  return largest;
}
