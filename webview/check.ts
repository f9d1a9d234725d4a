/** Says whether a value that came from outside has a type. */
export type Check<T> = (value: unknown) => value is T;

export const isString: Check<string> = (value) => typeof value === 'string';
export const isBoolean: Check<boolean> = (value) => typeof value === 'boolean';
export const isFinite: Check<number> = (value): value is number => Number.isFinite(value);
/** A measured figure. JSON has no infinity and writes null, so that one is let through as well. */
export const isFigure: Check<number> = (value): value is number => value === null || typeof value === 'number';
/** A count, a size or an index. */
export const isNatural: Check<number> = (value): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

export function isOneOf<const T extends string | number>(...choices: readonly T[]): Check<T> {
  return (value): value is T => (choices as readonly unknown[]).includes(value);
}

export function isNullOr<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function isArrayOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check);
}

/** An index into a table of `length`, or -1 where `orNone`. */
export function isIndex(length: number, orNone = false): Check<number> {
  const least = orNone ? -1 : 0;
  return (value): value is number =>
    Number.isInteger(value) && (value as number) >= least && (value as number) < length;
}

export function isRecordOf<T>(check: Check<T>): Check<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> => isObject(value) && Object.values(value).every(check);
}

/** An object with these fields; others are let be. */
export function isShape<T extends object>(fields: { readonly [Key in keyof T]: Check<T[Key]> }): Check<T> {
  const entries = Object.entries<Check<unknown>>(fields);
  return (value): value is T => isObject(value) && entries.every(([key, check]) => check(value[key]));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
