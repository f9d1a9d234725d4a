/** Random choices that are the same in every run (mulberry32). */
export interface Random {
  /** From 0 to `below` - 1. */
  integer(below: number): number;
  /** Up to `most` of `items`, repeats allowed. */
  pick<T>(items: readonly T[], most: number): T[];
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const integer = (below: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    integer,
    pick: (items, most) => Array.from({ length: integer(most + 1) }, () => items[integer(items.length)]!),
  };
}
