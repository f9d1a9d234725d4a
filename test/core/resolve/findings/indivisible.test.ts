import { expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../../../extension/core/formats/registry';
import { applyEdits, preferredEdits } from '../../../../extension/core/policy/apply-fixes';
import { parsePolicy } from '../../../../extension/core/policy/parse';
import { resolve } from '../../../../extension/core/resolve/resolve';
import { treeOf } from '../model-names';

const TREE = treeOf([
  ['model.layers.0.mlp.down_proj.weight', [256, 2880]],
  ['model.layers.1.mlp.down_proj.weight', [256, 1440]],
  ['model.layers.0.mlp.up_proj.weight', [2880, 256]],
  ['model.layers.0.odd.weight', [256, 125]],
  ['model.layers.0.narrow.weight', [256, 7]],
]);

function check(match: string, rest: string, dtype = 'int4') {
  const text = `version: 1\ndefault: keep\nrules:\n  - match: ${match}\n    dtype: ${dtype}\n${rest}`;
  const { policy, findings } = parsePolicy(text, BUILT_IN_FORMATS);
  const plan = resolve(policy, TREE, BUILT_IN_FORMATS);
  return { text, plan, findings: [...findings, ...plan.findings].filter(({ code }) => code === 'indivisible') };
}

test('a rotation that does not divide the rows is an error, with the largest that does', () => {
  const { text, plan, findings } = check('"**.down_proj.weight"', '    group: 32\n    rotate: 128\n');
  expect(findings).toHaveLength(1);
  const [found] = findings;
  expect(found!.message).toBe(
    'model.layers.0.mlp.down_proj.weight: rotate 128 does not divide the row of 2880; 32 would (and 1 more tensors)',
  );
  expect(text.slice(found!.range.start, found!.range.end)).toBe('128');
  expect(plan.tensors[0]!.treatment).toEqual({ kind: 'keep', reason: 'invalid' });
  expect(applyEdits(text, preferredEdits(findings))).toContain('rotate: 32\n');
});

test('rows of an odd length can not be rotated at all', () => {
  const { findings } = check('"**.odd.weight"', '    scale: channel\n    rotate: 64\n');
  expect(findings.map(({ message }) => message)).toEqual([
    'model.layers.0.odd.weight: rotate 64 does not divide the row of 125; no rotation would: leave it out',
  ]);
  expect(findings[0]!.fixes).toEqual([]);
});

test('the group is told first, of the tensors that it does not divide', () => {
  const { findings } = check('"**.{down_proj,odd}.weight"', '    group: 32\n    rotate: 64\n');
  expect(findings.map(({ message }) => message)).toEqual([
    'model.layers.0.odd.weight: group 32 does not divide the row of 125; 25 or 125 would, in a rule of its own',
  ]);
  // A group of 25 would spoil the rows of 2880 that the rule has, too.
  expect(findings[0]!.fixes.map(({ title }) => title)).toEqual(['Leave these tensors alone']);
});

test.each([
  ['int4', 'use scale: channel'],
  ['mxfp4', 'keep it, or choose another format'],
])('%s: where no group divides, only a scale that the format takes is proposed', (dtype, advice) => {
  const { findings } = check('"**.narrow.weight"', '    group: 32\n', dtype);
  expect(findings.map(({ message }) => message)).toEqual([
    `model.layers.0.narrow.weight: group 32 does not divide the row of 7; no usual group would: ${advice}`,
  ]);
});

test('a rotation that divides is fine', () => {
  const { plan, findings } = check('"**.up_proj.weight"', '    group: 128\n    rotate: 256\n');
  expect(findings).toEqual([]);
  expect(plan.byName.get('model.layers.0.mlp.up_proj.weight')!.treatment).toMatchObject({
    kind: 'cast',
    cast: { rotate: 256 },
  });
});
