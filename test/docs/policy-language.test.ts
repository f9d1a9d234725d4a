import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_FORMATS } from '../../extension/core/formats/registry';
import {
  BUDGET_KEYS,
  DEFINED_FORMAT_KEYS,
  EVALUATE_KEYS,
  POLICY_KEYS,
  RULE_KEYS,
} from '../../extension/core/policy/keys';
import { parsePolicy } from '../../extension/core/policy/parse';
import { resolve } from '../../extension/core/resolve/resolve';
import { llamaRows, treeOf } from '../core/resolve/model-names';

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const page = read('docs/policy-language.md');

test('the page of the language names every key', () => {
  const keys = [...POLICY_KEYS, ...RULE_KEYS, ...BUDGET_KEYS, ...EVALUATE_KEYS, ...DEFINED_FORMAT_KEYS];
  expect(keys.map(({ name }) => name).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('and every value of a key that has few', () => {
  const values = [...POLICY_KEYS, ...RULE_KEYS].flatMap((key) =>
    'values' in key && ['target', 'scale_dtype', 'fit', 'scale_round'].includes(key.name) ? key.values : [],
  );
  expect(values.filter((value) => !page.includes(`\`${value}\``))).toEqual([]);
});

describe.each(['README.md', 'docs/policy-language.md', 'docs/evaluation.md', 'docs/extension.md'])(
  'policies in %s',
  (file) => {
    const policies = [...read(file).matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text!);

    test('there are some', () => {
      expect(policies.length).toBeGreaterThan(0);
    });

    test.each(policies)('nothing is wrong with %s', (text) => {
      // The policy a preset extends is not there, and the examples of single keys have no version.
      const whole = text.includes('version:') ? text : `version: 1\n${text}`;
      expect(parsePolicy(whole, BUILT_IN_FORMATS).findings).toEqual([]);
    });
  },
);

describe.each(['Formats of your own', 'Columns kept in 16 bit, nested scales, and other methods'])('%s', (heading) => {
  const section = page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const [, text] = /```yaml\n([^]*?)```/.exec(section)!;
  const { policy } = parsePolicy(text!, BUILT_IN_FORMATS);
  const { findings, rules } = resolve(policy, treeOf(llamaRows()), BUILT_IN_FORMATS);

  test('nothing is wrong with the example on a Llama', () => {
    expect(findings).toEqual([]);
  });

  test('each of its rules decides some tensors', () => {
    expect(rules.filter(({ won }) => won.length === 0)).toEqual([]);
  });
});

test('nested scales save what the page says', () => {
  const tree = treeOf([['model.layers.0.mlp.up_proj.weight', [4096, 4096]]]);
  const bits = (rest: string): number =>
    resolve(parsePolicy(`version: 1\ndefault: { dtype: nf4${rest} }`, BUILT_IN_FORMATS).policy, tree, BUILT_IN_FORMATS)
      .bitsPerWeight;
  expect((bits('') - bits(', nested: true')).toFixed(2)).toBe('0.37');
  expect(page).toContain('0.37 bits a weight less');
});
