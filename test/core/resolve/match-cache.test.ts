import { describe, expect, it } from 'vitest';
import { createMatchCache } from '../../../extension/core/resolve/match-cache';
import { firstTensors } from '../../../extension/core/resolve/tensor-set';
import { llamaRows, treeOf } from './model-names';

describe('a match cache', () => {
  const tree = treeOf(llamaRows(2));
  const glob = (source: string) => ({ kind: 'glob', source }) as const;

  it('asks a pattern once', () => {
    const cache = createMatchCache();
    const found = cache.matches(tree, glob('**.up_proj.weight'));
    expect(firstTensors(found, 9).map((at) => tree.tensors[at]!.name)).toEqual([
      'model.layers.0.mlp.up_proj.weight',
      'model.layers.1.mlp.up_proj.weight',
    ]);
    expect(cache.matches(tree, glob('**.up_proj.weight'))).toBe(found);
  });

  it('keeps globs, regular expressions and trees apart', () => {
    const cache = createMatchCache();
    expect(cache.matches(tree, glob('model.*')).size).toBe(0);
    expect(cache.matches(tree, { kind: 'regex', source: 'model.*' }).size).toBe(tree.tensors.length);
    expect(cache.matches(treeOf(llamaRows(1)), { kind: 'regex', source: 'model.*' }).size).toBe(11);
  });

  it('matches nothing with a pattern that does not compile', () => {
    expect(createMatchCache().matches(tree, glob('{')).size).toBe(0);
  });

  it('forgets the pattern not asked for the longest', () => {
    const cache = createMatchCache();
    const first = cache.matches(tree, glob('**'));
    const second = cache.matches(tree, glob('model.**'));
    for (let at = 0; at < 4094; at++) cache.matches(tree, glob(`a${at}`));
    expect(cache.matches(tree, glob('**'))).toBe(first);
    cache.matches(tree, glob('one more'));
    expect(cache.matches(tree, glob('**'))).toBe(first);
    expect(cache.matches(tree, glob('model.**'))).not.toBe(second);
  });
});
