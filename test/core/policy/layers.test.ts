import { describe, expect, it } from 'vitest';
import { parseLayerRanges, resolveLayers } from '../../../extension/core/policy/layers';

describe('layers as written', () => {
  it.each([
    ['3', [[3, 3]]],
    ['-1', [[-1, -1]]],
    ['2..-3', [[2, -3]]],
    ['2 .. 5', [[2, 5]]],
    ['0..3, 8..11', [[0, 3], [8, 11]]], // prettier-ignore
    ['', undefined],
    ['a', undefined],
    ['1-3', undefined],
    ['1..', undefined],
    ['1.5', undefined],
    ['99999999', undefined],
  ])('%j', (text, expected) => {
    expect(parseLayerRanges(text)?.map(({ from, to }) => [from, to])).toEqual(expected);
  });
});

describe('layers in a model of 12', () => {
  it.each([
    [0, 0, [0, 0, false]],
    [-1, -1, [11, 11, false]],
    [2, -3, [2, 9, false]],
    [0, 40, [0, 11, true]],
    [12, 15, [12, 11, true]],
    [-20, -1, [0, 11, true]],
    [5, 3, [5, 3, false]],
  ])('%i..%i', (from, to, expected) => {
    const { first, last, outside } = resolveLayers({ from, to }, 12);
    expect([first, last, outside]).toEqual(expected);
  });
});
