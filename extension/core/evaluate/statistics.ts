export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** Standard error of the mean: sample standard deviation / sqrt(n). 0 for fewer than two values. */
export function standardError(values: ArrayLike<number>): number {
  const n = values.length;
  if (n < 2) return 0;
  const center = mean(values);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - center) ** 2;
  return Math.sqrt(squares / (n - 1) / n);
}

/** Quantile by linear interpolation between order statistics (numpy's default); `sorted` ascending, not empty. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
}
