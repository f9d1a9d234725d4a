const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Bytes for people, in decimal units and three significant digits: `7.74 MB`, `140 GB`, `512 B`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 kB would be rounded to 1000 kB, so it counts as the next unit already.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return `${value} B`;
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]!}`;
}

/** Real bits per weight with two decimals: `4.25`. */
export function formatBits(bits: number): string {
  return bits.toFixed(2);
}

/** Bytes of a unit; decimal and binary as their names say. */
const UNIT_BYTES: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** The whole bytes of an amount such as `120 MB` or `1.5 GiB`; undefined when it is none, or nothing. */
export function parseBytes(text: string): number | undefined {
  const [, amount, name] = /^(\d{1,12}(?:\.\d{1,12})?) ?([kKMGT]?i?B)$/.exec(text) ?? [];
  const unit = name === undefined ? undefined : UNIT_BYTES.get(name);
  const bytes = unit === undefined ? NaN : Number(amount) * unit;
  return bytes > 0 && Number.isSafeInteger(Math.floor(bytes)) ? Math.floor(bytes) : undefined;
}
