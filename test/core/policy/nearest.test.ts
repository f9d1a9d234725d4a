import { describe, expect, it } from 'vitest';
import { anyOf, editDistance, nearest } from '../../../extension/core/policy/nearest';

describe('nearest', () => {
  const keys = ['match', 'except', 'layers', 'dtype', 'group', 'scale', 'scale_dtype', 'round', 'overflow', 'because'];

  it.each([
    ['dytpe', ['dtype']],
    ['dtpye', ['dtype']],
    ['Match', ['match']],
    ['layer', ['layers']],
    ['scale_dt', ['scale_dtype', 'scale']],
    ['reason', []],
    ['', []],
    ['x'.repeat(1000), []],
  ])('%s', (word, expected) => {
    expect(nearest(word, keys)).toEqual(expected);
  });
});

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 5, 3],
    ['ab', 'ba', 2, 1],
    ['abc', 'abc', 0, 0],
    ['abcdef', 'ghijkl', 2, 3],
    ['', 'abc', 3, 3],
  ])('%s and %s, at most %i: %i', (a, b, limit, expected) => {
    expect(editDistance(a, b, limit)).toBe(expected);
  });
});

describe('anyOf', () => {
  it('joins as a sentence does', () => {
    expect([anyOf([]), anyOf(['a']), anyOf(['a', 'b']), anyOf(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a or b',
      'a, b or c',
    ]);
  });
});
