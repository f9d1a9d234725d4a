import { describe, expect, it } from 'vitest';
import {
  addTensor,
  allTensors,
  difference,
  emptyWords,
  firstTensors,
  forEachTensor,
  hasTensor,
  intersection,
  NO_TENSORS,
  removeFrom,
  takeFrom,
  tensorSet,
  unionOf,
  type TensorSet,
} from '../../../extension/core/resolve/tensor-set';
import { createRandom, type Random } from '../policy/random';

function randomSet(random: Random, tensors: number): Set<number> {
  const from = random.integer(tensors);
  return new Set(random.pick([...Array(tensors).keys()].slice(from), random.integer(3) * 20));
}

function wordsOf(members: ReadonlySet<number>, tensors: number): Uint32Array {
  const words = emptyWords(tensors);
  for (const at of members) addTensor(words, at);
  return words;
}

function setOf(members: ReadonlySet<number>, tensors: number): TensorSet {
  return tensorSet(wordsOf(members, tensors));
}

function membersOf(set: TensorSet): readonly number[] {
  const members: number[] = [];
  forEachTensor(set, (at) => members.push(at));
  expect(members).toHaveLength(set.size);
  expect(firstTensors(set, Infinity)).toEqual(members);
  // No word more than those from the first tensor to the last one.
  expect([set.from, set.to]).toEqual(members.length === 0 ? [0, 0] : [members[0]! >>> 5, (members.at(-1)! >>> 5) + 1]);
  expect(set.words).toHaveLength(set.to - set.from);
  return members;
}

const ascending = (members: Iterable<number>): readonly number[] => [...members].sort((a, b) => a - b);

describe('sets of tensors', () => {
  it('are what sets of numbers are', () => {
    const random = createRandom(5);
    for (let round = 0; round < 300; round++) {
      const tensors = 1 + random.integer(200);
      const [a, b, c] = [0, 1, 2].map(() => randomSet(random, tensors)) as [Set<number>, Set<number>, Set<number>];
      const [x, y, z] = [a, b, c].map((members) => setOf(members, tensors)) as [TensorSet, TensorSet, TensorSet];
      expect(membersOf(x)).toEqual(ascending(a));
      expect(membersOf(unionOf([x, y, z]))).toEqual(ascending(new Set([...a, ...b, ...c])));
      expect(membersOf(intersection(x, y))).toEqual(ascending([...a].filter((at) => b.has(at))));
      expect(membersOf(difference(x, y))).toEqual(ascending([...a].filter((at) => !b.has(at))));
      const free = wordsOf(b, tensors);
      expect(membersOf(takeFrom(free, x))).toEqual(ascending([...a].filter((at) => b.has(at))));
      expect(membersOf(tensorSet(free))).toEqual(ascending([...b].filter((at) => !a.has(at))));
      const left = wordsOf(b, tensors);
      expect(removeFrom(left, x, y)).toBe([...a].filter((at) => b.has(at)).length);
      expect(left).toEqual(free);
      for (let at = 0; at < tensors; at++) expect(hasTensor(x, at)).toBe(a.has(at));
    }
  });

  it.each([0, 1, 31, 32, 33, 64])('hold all of %i tensors', (tensors) => {
    expect(firstTensors(allTensors(tensors), Infinity)).toEqual([...Array(tensors).keys()]);
    expect(unionOf([])).toBe(NO_TENSORS);
  });

  it('give the first that are wanted', () => {
    expect(firstTensors(allTensors(100), 3, (at) => at % 30 === 5)).toEqual([5, 35, 65]);
  });
});
