/**
 * Sizes of the batches that windows are scored in: as many as are asked for at a time, but fewer in the first, so that
 * a first figure comes early.
 */
export function batchSizes(windows: number, atOnce: number, workers: number): readonly number[] {
  const sizes: number[] = [];
  for (let left = windows; left > 0; left -= sizes.at(-1)!) {
    const wanted = sizes.length === 0 ? Math.max(workers, Math.floor(atOnce / 4)) : atOnce;
    sizes.push(Math.min(left, wanted));
  }
  return sizes;
}

/** Neighbouring items in `shares` runs whose lengths differ by one at most. */
export function evenShares<T>(items: readonly T[], shares: number): readonly (readonly T[])[] {
  return Array.from({ length: shares }, (_, at) =>
    items.slice(Math.floor((items.length * at) / shares), Math.floor((items.length * (at + 1)) / shares)),
  );
}
