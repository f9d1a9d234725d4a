import type { Cast } from './format';
import { formatOf } from './format-of';

/** Runs of rows of a tensor must be a multiple of this many rows long: see `NumberFormat.rowUnit`. */
export function rowUnit(cast: Cast, columns: number): number {
  return formatOf(cast).rowUnit?.(cast, columns) ?? 1;
}
