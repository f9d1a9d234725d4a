import { expect, test } from 'vitest';
import { compactPolicy } from '../../../extension/core/compact/compact-policy';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';
import { llamaRows, treeOf } from '../resolve/model-names';

const tree = treeOf(llamaRows(4));

function compacted(text: string): string | undefined {
  const parsed = parsePolicy(text, BUILT_IN_FORMATS);
  return compactPolicy(parsed, resolve(parsed.policy, tree, BUILT_IN_FORMATS), BUILT_IN_FORMATS)?.text;
}

const HEAD = 'version: 1\ndefault: keep\nrules:\n  ';

test('a rule for each tensor becomes a rule for each dtype', () => {
  const rules = tree.tensors
    .filter(({ shape, layer }) => shape.length === 2 && layer !== undefined)
    .map(({ name, layer }) => {
      const down = name.includes('down_proj') && (layer === 0 || layer === 3);
      return `- { match: ${name}, dtype: ${down ? 'fp8_e4m3' : 'int4'} }`;
    });
  expect(compacted(`${HEAD}${rules.join('\n  ')}\nbudget: { size: 1 GB }\n`)).toBe(
    `${HEAD}- match: "model.layers.*.{mlp,self_attn}.*_proj.weight"
    dtype: int4
  - match: "model.layers.*.mlp.down_proj.weight"
    layers: "0, 3"
    dtype: fp8_e4m3
budget: { size: 1 GB }
`,
  );
});

test('reasons and the keys of a rule stay', () => {
  const rules = [
    '- { match: "model.layers.*.mlp.up_proj.weight", dtype: int8, group: 64, because: sensitive }',
    '- { match: "model.layers.*.mlp.gate_proj.weight", dtype: int8, group: 64, because: sensitive }',
    '- { match: "model.layers.*.mlp.down_proj.weight", dtype: int8, group: 64, round: { stochastic: 3 } }',
    '- { match: "**.mlp.down_proj.weight", dtype: int8, group: 64 }',
  ];
  expect(compacted(`${HEAD}${rules.join('\n  ')}\n`)).toBe(
    `${HEAD}- match: "model.layers.*.mlp.*_proj.weight"
    dtype: int8
    group: 64
    because: sensitive
`,
  );
});

test('what is short already, or can not be applied, is left alone', () => {
  expect(compacted(`${HEAD}- { match: "**.mlp.*.weight", dtype: int8 }\n`)).toBeUndefined();
  const impossible = ['- { match: "**.up_proj.weight", dtype: int4, group: 7 }', '- { match: "**.x", dtype: int4 }'];
  expect(compacted(`${HEAD}${impossible.join('\n  ')}\n`)).toBeUndefined();
});

test('a list in brackets is left alone', () => {
  const rules = ['{ match: "**.q_proj.weight", dtype: int8 }', '{ match: "**.k_proj.weight", dtype: int8 }'];
  expect(compacted(`version: 1\nrules: [${rules.join(', ')}]\n`)).toBeUndefined();
});

test('a policy that rounds activations is left as it is', () => {
  const rules = ['up', 'gate'].map(
    (name) => `- { match: "model.layers.*.mlp.${name}_proj.weight", dtype: int8, activations: int8 }`,
  );
  expect(compacted(`${HEAD}${rules.join('\n  ')}\n`)).toBeUndefined();
  expect(compacted(`${HEAD}${rules.join('\n  ').replaceAll(', activations: int8', '')}\n`)).toBeDefined();
});

test("formats of the policy's own are kept", () => {
  const own = 'formats: { mine: { float: { exponent: 3, mantissa: 4 } } }\n';
  const rules = ['up', 'gate'].map((name) => `- { match: "model.layers.*.mlp.${name}_proj.weight", dtype: mine }`);
  const compact = compacted(`${own}${HEAD}${rules.join('\n  ')}\n`)!;
  expect(compact.startsWith(own)).toBe(true);
  expect(compact).toContain('dtype: mine');
  expect(compact.match(/- match/g)).toHaveLength(1);
});
