/** Half-open range of UTF-16 offsets in the policy's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A value with the place it was written. */
export interface Located<T> {
  readonly value: T;
  readonly range: TextRange;
}

export function located<T>(value: T, range: TextRange): Located<T> {
  return { value, range };
}
