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
