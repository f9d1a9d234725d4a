import type { GgufMetadata } from './metadata';

/** Metadata of one architecture: `llama.block_count` is `number('block_count')`. */
export interface GgufFields {
  /** Undefined when it is missing, no finite number, or differs from layer to layer. */
  readonly number: (key: string) => number | undefined;
  readonly text: (key: string) => string | undefined;
  readonly flag: (key: string) => boolean | undefined;
}

export function fieldsOf(metadata: GgufMetadata, architecture: string): GgufFields {
  const at = (key: string) => metadata.get(`${architecture}.${key}`);
  return {
    number(key) {
      const value = at(key);
      if (typeof value === 'number') return Number.isFinite(value) ? shortest(value) : undefined;
      // One figure a layer; a single one where all are the same.
      const first = typeof value === 'object' ? value.items?.[0] : undefined;
      const same = typeof value === 'object' && value.items?.every((item) => item === first);
      return same && typeof first === 'number' && Number.isFinite(first) ? shortest(first) : undefined;
    },
    text(key) {
      const value = at(key);
      return typeof value === 'string' ? value : undefined;
    },
    flag(key) {
      const value = at(key);
      return typeof value === 'boolean' ? value : undefined;
    },
  };
}

/** The decimal that the float32 was written from: 1e-5, not 0.000009999999747378752. */
export function shortest(value: number): number {
  if (Math.fround(value) !== value) return value;
  for (let digits = 1; digits <= 8; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}
