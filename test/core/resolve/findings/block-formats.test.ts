import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../../extension/core/formats/registry';
import type { Finding } from '../../../../extension/core/policy/finding';
import { parsePolicy } from '../../../../extension/core/policy/parse';
import { resolve } from '../../../../extension/core/resolve/resolve';
import { treeOf } from '../model-names';

const TREE = treeOf([
  ['model.layers.0.mlp.down_proj.weight', [256, 2880]],
  ['model.layers.0.mlp.up_proj.weight', [2880, 256]],
  ['model.layers.0.odd.weight', [256, 100]],
]);

function findingsOf(match: string, dtype: string): readonly Finding[] {
  const text = `version: 1\ndefault: keep\nrules:\n  - match: ${match}\n    dtype: ${dtype}\n`;
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  return [...findings, ...resolve(policy, TREE, BUILT_IN_FORMATS).findings].filter(
    ({ code }) => code === 'indivisible',
  );
}

test('rows that are no whole blocks are an error; formats of smaller blocks and at least as many bits would do', () => {
  const [found, ...others] = findingsOf('"**.{up,down}_proj.weight"', 'q6_k');
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    severity: 'error',
    message:
      'model.layers.0.mlp.down_proj.weight: q6_k stores rows as whole blocks of 256, which do not divide the row of 2880; q8_0 would do',
    tensors: ['model.layers.0.mlp.down_proj.weight'],
  });
  expect(found!.fixes.map(({ title, preferred }) => [title, preferred])).toEqual([['Use q8_0', true]]);
});

test('the narrowest two are proposed', () => {
  expect(findingsOf('"**.down_proj.weight"', 'q4_k')[0]!.fixes.map(({ title }) => title)).toHaveLength(2);
  expect(findingsOf('"**.down_proj.weight"', 'q4_k')[0]!.message).toMatch(/; q4_0 or iq4_nl would do$/);
});

test('without any, the advice is another kind of format', () => {
  const [found] = findingsOf('"**.odd.weight"', 'q8_0');
  expect(found!.message).toBe(
    'model.layers.0.odd.weight: q8_0 stores rows as whole blocks of 32, which do not divide the row of 100; keep it, or choose a format without blocks',
  );
  expect(found!.fixes).toEqual([]);
});

test('whole blocks are fine', () => {
  expect(findingsOf('"**.up_proj.weight"', 'q4_k')).toEqual([]);
  expect(findingsOf('"**.down_proj.weight"', 'q5_0')).toEqual([]);
});
