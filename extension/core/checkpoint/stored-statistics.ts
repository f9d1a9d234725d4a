/** What is kept of a tensor's values, so that findings can tell what a dtype would do to them. */
export interface StoredStatistics {
  readonly min: number;
  readonly max: number;
  readonly std: number;
  readonly nan: number;
  readonly infinite: number;
}

/** File beside the weights that `downcast inspect --stats --save` writes. */
export const STATISTICS_FILE = 'downcast-statistics.json';

/** Bytes of the largest file that is read: 100,000 tensors take some 15 MB. */
export const STATISTICS_LIMIT = 64_000_000;

const VERSION = 1;

/** Weight files the statistics are of, by size: others have been written since. */
type Files = readonly { readonly file: string; readonly size: number }[];

export function encodeStatistics(files: Files, tensors: Iterable<readonly [string, StoredStatistics]>): string {
  const kept = files.map(({ file, size }) => ({ file, size }));
  const statistics = Object.fromEntries(
    [...tensors].map(([name, { min, max, std, nan, infinite }]) => [name, { min, max, std, nan, infinite }]),
  );
  return `${JSON.stringify({ kind: 'downcast-statistics', version: VERSION, files: kept, tensors: statistics })}\n`;
}

/**
 * Statistics by tensor name. Undefined when the text is none, of another version, or of other weight files: what is
 * known of the values is an extra, so nothing is said about it.
 */
export function parseStatistics(text: string, files: Files): ReadonlyMap<string, StoredStatistics> | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(stored) || stored['kind'] !== 'downcast-statistics' || stored['version'] !== VERSION) return undefined;
  if (!sameFiles(stored['files'], files) || !isRecord(stored['tensors'])) return undefined;
  const entries = Object.entries(stored['tensors']).filter((entry): entry is [string, StoredStatistics] =>
    isStatistics(entry[1]),
  );
  return new Map(entries);
}

function sameFiles(stored: unknown, files: Files): boolean {
  if (!Array.isArray(stored) || stored.length !== files.length) return false;
  return files.every(({ file, size }) =>
    stored.some((each) => isRecord(each) && each['file'] === file && each['size'] === size),
  );
}

function isStatistics(value: unknown): value is StoredStatistics {
  return isRecord(value) && ['min', 'max', 'std', 'nan', 'infinite'].every((key) => typeof value[key] === 'number');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
