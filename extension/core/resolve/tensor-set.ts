/**
 * A set of tensors, one bit for each tensor of a tree in tree order: 91,000 tensors take 11 KB, those of one layer far
 * less, and what a rule takes from the others is a few thousand word operations. Never changed after it was made.
 */
export interface TensorSet {
  /**
   * Bit `at % 32` of word `at / 32 - from` stands for the tensor at index `at`. The first word and the last one hold a
   * tensor: a rule of one layer is a small part of its tree.
   */
  readonly words: Uint32Array;
  /** How many tensors are in it. */
  readonly size: number;
  /** Number of its first word in the tree, and of the one behind its last. */
  readonly from: number;
  readonly to: number;
}

/** The set without tensors, of any tree. */
export const NO_TENSORS: TensorSet = { words: new Uint32Array(), size: 0, from: 0, to: 0 };

/** The set of the tensors whose bits are 1 in `words`, which begin with the tree's word number `from`. */
export function tensorSet(words: Uint32Array, from = 0): TensorSet {
  let size = 0;
  let first = 0;
  let end = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === 0) continue;
    if (size === 0) first = at;
    end = at + 1;
    size += bitCount(word);
  }
  return size === 0 ? NO_TENSORS : { words: words.slice(first, end), size, from: from + first, to: from + end };
}

/** Words for `tensors` tensors, all bits 0. */
export function emptyWords(tensors: number): Uint32Array {
  return new Uint32Array(Math.ceil(tensors / 32));
}

/** Words for `tensors` tensors, all their bits 1. */
export function fullWords(tensors: number): Uint32Array {
  const words = emptyWords(tensors).fill(0xffffffff);
  if (tensors % 32 !== 0) words[words.length - 1] = 2 ** (tensors % 32) - 1;
  return words;
}

/** The set of all `tensors` tensors of a tree. */
export function allTensors(tensors: number): TensorSet {
  const words = fullWords(tensors);
  return { words, size: tensors, from: 0, to: words.length };
}

export function hasTensor({ words, from }: TensorSet, at: number): boolean {
  const word = (at >>> 5) - from;
  return word >= 0 && word < words.length && ((words[word]! >>> (at & 31)) & 1) === 1;
}

/** Puts the tensor at an index into the words of a set that is being made. */
export function addTensor(words: Uint32Array, at: number): void {
  words[at >>> 5]! |= 1 << (at & 31);
}

/** Calls `visit` with the index of each tensor, ascending. */
export function forEachTensor({ words, from }: TensorSet, visit: (at: number) => void): void {
  for (let word = 0; word < words.length; word++) {
    for (let bits = words[word]!; bits !== 0; bits &= bits - 1) {
      visit(((from + word) << 5) + 31 - Math.clz32(bits & -bits));
    }
  }
}

/** Indices of the first tensors that `isWanted`, ascending, at most `most`. */
export function firstTensors(
  { words, from }: TensorSet,
  most: number,
  isWanted: (at: number) => boolean = () => true,
): readonly number[] {
  const found: number[] = [];
  for (let word = 0; word < words.length && found.length < most; word++) {
    for (let bits = words[word]!; bits !== 0 && found.length < most; bits &= bits - 1) {
      const at = ((from + word) << 5) + 31 - Math.clz32(bits & -bits);
      if (isWanted(at)) found.push(at);
    }
  }
  return found;
}

/** Tensors in one of the sets at least; all sets are of one tree. */
export function unionOf(sets: readonly TensorSet[]): TensorSet {
  const some = sets.filter(({ size }) => size > 0);
  const [only] = some;
  if (some.length < 2) return only ?? NO_TENSORS;
  const first = some.reduce((least, { from }) => Math.min(least, from), Infinity);
  const end = some.reduce((most, { to }) => Math.max(most, to), 0);
  const union = new Uint32Array(end - first);
  for (const { words, from } of some) {
    for (let at = 0; at < words.length; at++) union[from - first + at]! |= words[at]!;
  }
  return tensorSet(union, first);
}

/** Tensors in both sets. */
export function intersection(one: TensorSet, other: TensorSet): TensorSet {
  return common(one, other.words, other.from);
}

/** Those of the set whose bits are 1 in `words`, too. Two sets mostly have nothing in common: then no new one is made. */
function common(set: TensorSet, words: Uint32Array, start: number): TensorSet {
  const end = Math.min(set.to, start + words.length);
  let at = Math.max(set.from, start);
  while (at < end && (set.words[at - set.from]! & words[at - start]!) === 0) at++;
  if (at >= end) return NO_TENSORS;
  const first = at;
  const both = new Uint32Array(end - first);
  for (; at < end; at++) both[at - first] = set.words[at - set.from]! & words[at - start]!;
  return tensorSet(both, first);
}

/** Tensors of `one` that are not in `other`. */
export function difference(one: TensorSet, other: TensorSet): TensorSet {
  const end = Math.min(other.to, one.to);
  let at = Math.max(other.from, one.from);
  while (at < end && (one.words[at - one.from]! & other.words[at - other.from]!) === 0) at++;
  if (at >= end) return one;
  const left = one.words.slice();
  for (; at < end; at++) left[at - one.from]! &= ~other.words[at - other.from]!;
  return tensorSet(left, one.from);
}

/**
 * The tensors of the set that are in `free` too, which loses them: a set that is being used up, as the words of the
 * whole tree. Most sets are free as a whole or not at all, and then no new one is made.
 */
export function takeFrom(free: Uint32Array, set: TensorSet): TensorSet {
  const { words, from } = set;
  let missing = 0;
  for (let at = 0; at < words.length; at++) missing |= words[at]! & ~free[from + at]!;
  const taken = missing === 0 ? set : common(set, free, 0);
  for (let at = 0; at < taken.words.length; at++) free[taken.from + at]! &= ~taken.words[at]!;
  return taken;
}

/** Takes the tensors of the set that lie in `bounds` from `left`, words of the whole tree; returns how many there were. */
export function removeFrom(
  left: Uint32Array,
  { words, from, to }: TensorSet,
  bounds: Pick<TensorSet, 'from' | 'to'>,
): number {
  let removed = 0;
  const end = Math.min(to, bounds.to);
  for (let at = Math.max(from, bounds.from); at < end; at++) {
    const word = words[at - from]! & left[at]!;
    if (word === 0) continue;
    removed += bitCount(word);
    left[at]! ^= word;
  }
  return removed;
}

/** Ones among 32 bits: pairs, then nibbles, then bytes are added up side by side. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
