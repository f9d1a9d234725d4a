import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BUILT_IN_FORMATS, FORMATS } from '../../../extension/core/formats/registry';
import {
  BUDGET_KEYS,
  CHOICE_KEYS,
  EVALUATE_KEYS,
  POLICY_KEYS,
  RULE_KEYS,
  type KeySpec,
} from '../../../extension/core/policy/keys';
import { parsePolicy } from '../../../extension/core/policy/parse';
import schema from '../../../schemas/dtype-policy.schema.json';

const SAMPLES = path.join(import.meta.dirname, '../../../samples/policies');
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

function isValid(text: string): boolean {
  return validate(parse(text));
}

type Properties = Readonly<Record<string, { readonly description?: string }>>;

describe('the JSON Schema', () => {
  it.each<[string, Properties, readonly KeySpec[]]>([
    ['a policy', schema.properties, POLICY_KEYS],
    ['a rule', schema.$defs.rule.properties, RULE_KEYS],
    ['default', schema.$defs.choice.properties, CHOICE_KEYS],
    ['budget', schema.$defs.budget.properties, BUDGET_KEYS],
    ['evaluate', schema.$defs.evaluate.properties, EVALUATE_KEYS],
  ])('has the keys of %s that the parser has, in the same words', (_, properties, keys) => {
    const described = Object.entries(properties).map(([name, { description }]) => [name, description]);
    expect(new Map(described as [string, string][])).toEqual(new Map(keys.map(({ name, summary }) => [name, summary])));
  });

  it('lists the formats', () => {
    expect(schema.$defs.dtype.anyOf[0]?.enum).toEqual(['keep', ...BUILT_IN_FORMATS.ids()]);
  });

  it('takes every alias in any letter case, and nothing else', () => {
    const names = [...FORMATS.values()].flatMap(({ id, aliases }) => [id, ...aliases]);
    for (const name of names) {
      expect(isValid(`default: ${name}`), name).toBe(true);
      expect(isValid(`default: ${name.toUpperCase()}`), name).toBe(true);
      expect(isValid(`default: ${name}x`), name).toBe(false);
    }
  });

  it.each(['balanced', 'aggressive'])('takes the sample %s', (name) => {
    expect(isValid(readFileSync(path.join(SAMPLES, `${name}.dtype.yaml`), 'utf8'))).toBe(true);
  });

  it.each([
    'rules: [{ match: a, dtype: int4, gruop: 64 }]',
    'rules: [{ dtype: int4 }]',
    'rules: [{ match: a }]',
    'rules: [{ match: [], dtype: int4 }]',
    'rules: [{ match: a, dtype: int4, layers: first }]',
    'rules: [{ match: a, dtype: int4, scale: group }]',
    'rules: [{ match: a, dtype: int4, group: 0 }]',
    'rules: [{ match: a, dtype: int4, round: { seed: 1 } }]',
    'version: 2',
    'budget: { size: 120 }',
    'evaluate: { context: 1 }',
    'formats: { x: { codebook: [a] } }',
  ])('refuses what the parser refuses: %s', (text) => {
    expect(isValid(text)).toBe(false);
    const errors = parsePolicy(text, BUILT_IN_FORMATS).findings.filter(({ severity }) => severity === 'error');
    expect(errors).not.toEqual([]);
  });

  it('takes what the parser takes', () => {
    const fixture = path.join(import.meta.dirname, 'fixtures/a-whole-policy.dtype.yaml');
    expect(isValid(readFileSync(fixture, 'utf8'))).toBe(true);
    expect(isValid('formats: { e3m4: { float: { exponent: 3, mantissa: 4 } } }')).toBe(true);
  });

  it('knows all samples', () => {
    const names = readdirSync(SAMPLES).filter((file) => file.endsWith('.dtype.yaml'));
    expect(names.sort()).toEqual(['aggressive.dtype.yaml', 'balanced.dtype.yaml', 'mistakes.dtype.yaml']);
  });
});
