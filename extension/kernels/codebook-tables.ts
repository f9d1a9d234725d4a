import type { Codebook } from '../core/formats/codebooks/codebook';

/** Buckets of the grid, and steps of each. */
const BUCKETS = 32;
const STEPS = 256;

/** Steps from zero to 1; the grid runs from -1 to 1. */
const HALF = (BUCKETS * STEPS) / 2;

/**
 * Part of a step that bounds keep from its edges. A product is off by less, so that a value that it puts into the step
 * beside its own lies on the same side of every bound.
 */
const MARGIN = 0.004;

/** Bytes above this are made this, so that no bound is the value 255, which says that there is none. */
const CAP = 252;
const NO_BOUND = 255;

/** The most bounds that a bucket of the kernel's tables holds. */
const MOST_LEVELS = 4;

/** Tables by bucket of the grid: see assembly/cast/codebook-tables.ts. */
export interface BucketTables {
  /** What a scaled value is multiplied by, so that it lies on the grid. */
  readonly factor: number;
  /** Place of the lowest value of each bucket, then the bounds of each level. */
  readonly rows: readonly Uint8Array[];
}

/**
 * Factors to try: they move bounds away from the edges of buckets. Below 1 by more than a scale in 16 bits is rounded
 * by, so that the largest value of a group stays on the grid.
 */
const FACTORS = Array.from({ length: 32 }, (_, at) => 0.99 - at / 128);

/**
 * Tables for a codebook; undefined when too many of its bounds lie in one bucket, or one at the edge of a step. Values in
 * the step of a bound must be looked at closer.
 */
export function bucketTables(codebook: Codebook): BucketTables | undefined {
  const found = FACTORS.flatMap((part) => tablesAt(codebook, Math.fround(part / codebook.largest)) ?? []);
  return found.sort((a, b) => a.rows.length - b.rows.length)[0];
}

function tablesAt({ bounds }: Codebook, factor: number): BucketTables | undefined {
  const inBucket = Array.from({ length: BUCKETS }, (): number[] => []);
  for (const bound of bounds) {
    const position = bound * factor * HALF;
    const step = Math.round(position);
    // Steps end halfway between whole numbers.
    if (Math.abs(position - step) > 0.5 - MARGIN) return undefined;
    inBucket[Math.floor(step / STEPS) + BUCKETS / 2]!.push(Math.min(step & (STEPS - 1), CAP));
  }
  const levels = Math.max(...inBucket.map((held) => held.length));
  if (levels > MOST_LEVELS) return undefined;
  let place = 0;
  const places = Uint8Array.from(inBucket, (held) => (place += held.length) - held.length);
  const rows = Array.from({ length: levels }, (_, level) =>
    Uint8Array.from(inBucket, (held) => held[level] ?? NO_BOUND),
  );
  return { factor, rows: [places, ...rows] };
}
