/**
 * A set of tensors, one bit for each tensor of a tree in tree order: 91,000 tensors take 11 KB, and what a rule
 * takes from the others is a few thousand word operations. Never changed after it was made.
 */
export interface TensorSet {
  /** Bit `at % 32` of word `at / 32` stands for the tensor at index `at`. */
  readonly words: Uint32Array;
  /** How many tensors are in it. */
  readonly size: number;
  /** Words before `from` and from `to` on are 0: a rule of one layer is a small part of its tree. */
  readonly from: number;
  readonly to: number;
}

/** The set without tensors, of any tree. */
export const NO_TENSORS: TensorSet = { words: new Uint32Array(), size: 0, from: 0, to: 0 };

/** The set of the tensors whose bits are 1; `words` is the set's own from now on. They are 0 outside `from` and `to`. */
export function tensorSet(words: Uint32Array, from = 0, to = words.length): TensorSet {
  let size = 0;
  let first = to;
  let end = from;
  for (let at = from; at < to; at++) {
    const word = words[at]!;
    if (word === 0) continue;
    if (size === 0) first = at;
    end = at + 1;
    size += bitCount(word);
  }
  return size === 0 ? NO_TENSORS : { words, size, from: first, to: end };
}

/** Words for `tensors` tensors, all bits 0. */
export function emptyWords(tensors: number): Uint32Array {
  return new Uint32Array(Math.ceil(tensors / 32));
}

/** The set of all `tensors` tensors of a tree. */
export function allTensors(tensors: number): TensorSet {
  const words = emptyWords(tensors).fill(0xffffffff);
  if (tensors % 32 !== 0) words[words.length - 1] = 2 ** (tensors % 32) - 1;
  return { words, size: tensors, from: 0, to: words.length };
}

export function hasTensor({ words }: TensorSet, at: number): boolean {
  return ((words[at >>> 5]! >>> (at & 31)) & 1) === 1;
}

/** Puts the tensor at an index into a set that is being made. */
export function addTensor(words: Uint32Array, at: number): void {
  words[at >>> 5]! |= 1 << (at & 31);
}

/** Calls `visit` with the index of each tensor, ascending. */
export function forEachTensor({ words, from, to }: TensorSet, visit: (at: number) => void): void {
  for (let word = from; word < to; word++) {
    for (let bits = words[word]!; bits !== 0; bits &= bits - 1) {
      visit((word << 5) + 31 - Math.clz32(bits & -bits));
    }
  }
}

/** Indices of the first tensors that `isWanted`, ascending, at most `most`. */
export function firstTensors(
  { words, from, to }: TensorSet,
  most: number,
  isWanted: (at: number) => boolean = () => true,
): readonly number[] {
  const found: number[] = [];
  for (let word = from; word < to && found.length < most; word++) {
    for (let bits = words[word]!; bits !== 0 && found.length < most; bits &= bits - 1) {
      const at = (word << 5) + 31 - Math.clz32(bits & -bits);
      if (isWanted(at)) found.push(at);
    }
  }
  return found;
}

/** Tensors in one of the sets at least; all sets are of one tree of `tensors` tensors. */
export function unionOf(sets: readonly TensorSet[], tensors: number): TensorSet {
  const [only] = sets;
  if (only && sets.length === 1) return only;
  const union = emptyWords(tensors);
  for (const { words, from, to } of sets) for (let at = from; at < to; at++) union[at]! |= words[at]!;
  return tensorSet(union);
}

/** Tensors in both sets. */
export function intersection(one: TensorSet, other: TensorSet): TensorSet {
  return common(one.words, other.words, Math.max(one.from, other.from), Math.min(one.to, other.to));
}

/** Two sets mostly have nothing in common, and then no new one is made. */
function common(one: Uint32Array, other: Uint32Array, from: number, to: number): TensorSet {
  let at = from;
  while (at < to && (one[at]! & other[at]!) === 0) at++;
  if (at >= to) return NO_TENSORS;
  const both = new Uint32Array(one.length);
  const first = at;
  for (; at < to; at++) both[at] = one[at]! & other[at]!;
  return tensorSet(both, first, to);
}

/** Tensors of `one` that are not in `other`. */
export function difference(one: TensorSet, { words, from, to }: TensorSet): TensorSet {
  const end = Math.min(to, one.to);
  let at = Math.max(from, one.from);
  while (at < end && (one.words[at]! & words[at]!) === 0) at++;
  if (at >= end) return one;
  const left = one.words.slice();
  for (; at < end; at++) left[at]! &= ~words[at]!;
  return tensorSet(left, one.from, one.to);
}

/**
 * The tensors of the set that are in `free` too, which loses them: a set that is being used up, as plain words. Most
 * sets are free as a whole or not at all, and then no new one is made.
 */
export function takeFrom(free: Uint32Array, set: TensorSet): TensorSet {
  const { words, from, to } = set;
  let missing = 0;
  for (let at = from; at < to; at++) missing |= words[at]! & ~free[at]!;
  const taken = missing === 0 ? set : common(words, free, from, to);
  for (let at = taken.from; at < taken.to; at++) free[at]! &= ~words[at]!;
  return taken;
}

/** Takes the tensors of the set from `left`, whose words outside `bounds` are 0, and returns how many were there. */
export function removeFrom(
  left: Uint32Array,
  { words, from, to }: TensorSet,
  bounds: Pick<TensorSet, 'from' | 'to'>,
): number {
  let removed = 0;
  const end = Math.min(to, bounds.to);
  for (let at = Math.max(from, bounds.from); at < end; at++) {
    const word = words[at]! & left[at]!;
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
