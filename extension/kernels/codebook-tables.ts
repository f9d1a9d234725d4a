import type { Codebook } from '../core/formats/codebooks/codebook';

/** Buckets of the grid, and steps of each. */
const BUCKETS = 32;
const STEPS = 256;

/** Steps from zero to 1, which is the last step; the grid runs from about -1 to 1. */
const HALF = (BUCKETS * STEPS) / 2;

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
  /** Values so many steps from a bound must be looked at closer. */
  readonly slack: number;
}

/**
 * Factors to try: they move bounds away from the edges of buckets. Below 1 by more than a scale in 16 bits is rounded
 * by, so that the largest value of a group stays on the grid.
 */
const FACTORS = Array.from({ length: 32 }, (_, at) => 0.99 - at / 128);

/**
 * Tables for a codebook; undefined when too many of its bounds lie in one bucket. `exact`: the kernel computes the
 * very values that bounds are compared with, times 1; else it is right to a step of the grid.
 */
export function bucketTables(codebook: Codebook, exact: boolean): BucketTables | undefined {
  if (exact) return codebook.largest === 1 ? tablesAt(codebook, 1, 0) : undefined;
  const found = FACTORS.flatMap((part) => tablesAt(codebook, Math.fround(part / codebook.largest), 1) ?? []);
  return found.sort((a, b) => a.rows.length - b.rows.length)[0];
}

/** The grid's step nearest to a scaled value, computed as the kernel does. */
function stepOf(value: number, factor: number): number {
  const magic = 1.5 * 2 ** 11;
  const step = (Math.fround(magic + Math.fround(value * factor)) - magic) * HALF + HALF - 1;
  return Math.max(0, Math.min(BUCKETS * STEPS - 1, step));
}

function tablesAt({ bounds }: Codebook, factor: number, slack: number): BucketTables | undefined {
  const inBucket = Array.from({ length: BUCKETS }, (): number[] => []);
  for (const bound of bounds) {
    const step = stepOf(bound, factor);
    // A value that is a step off may be taken for one of the next bucket, where the bound would not be seen.
    const within = step % STEPS;
    if (slack > 0 && (within < 2 * slack || within > CAP - 2 * slack)) return undefined;
    inBucket[Math.floor(step / STEPS)]!.push(Math.min(within, CAP));
  }
  const levels = Math.max(...inBucket.map((held) => held.length));
  if (levels > MOST_LEVELS) return undefined;
  let place = 0;
  const places = Uint8Array.from(inBucket, (held) => (place += held.length) - held.length);
  const rows = Array.from({ length: levels }, (_, level) =>
    Uint8Array.from(inBucket, (held) => held[level] ?? NO_BOUND),
  );
  return { factor, rows: [places, ...rows], slack };
}
