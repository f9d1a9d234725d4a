import { describe, expect, it } from 'vitest';
import type { TensorTree } from '../../../extension/core/checkpoint/tensor';
import { parsePolicy } from '../../../extension/core/policy/parse';
import type { Plan, PlannedTensor } from '../../../extension/core/resolve/plan';
import { dtypeLabel } from '../../../extension/core/resolve/dtype-label';
import { resolve } from '../../../extension/core/resolve/resolve';
import { FAKE_FORMATS } from '../policy/fake-formats';
import { llamaRows, treeOf } from './model-names';

function plan(policy: string, tree: TensorTree = treeOf(llamaRows(4))): Plan {
  return resolve(parsePolicy(policy, FAKE_FORMATS).policy, tree, FAKE_FORMATS);
}

function planned(policy: string, name: string, tree?: TensorTree): PlannedTensor {
  return plan(policy, tree).byName.get(name)!;
}

const UP = 'model.layers.2.mlp.up_proj.weight';

describe('which rule decides', () => {
  const policy = `
default: fp16
rules:
  - { match: "**.weight", dtype: int8 }
  - { match: "**.mlp.*.weight", dtype: fp8_e4m3 }
  - { match: "**.mlp.*.weight", layers: 0..1, dtype: keep }
  - { match: "**.mlp.*.weight", except: "**.up_proj.*", layers: 2, dtype: int4 }
`;

  it('is the last that matches, and the others are beaten in file order', () => {
    expect(planned(policy, 'model.norm.weight')).toMatchObject({ decider: { kind: 'rule', index: 0 }, beaten: [] });
    expect(planned(policy, UP)).toMatchObject({ decider: { kind: 'rule', index: 1 }, beaten: [0] });
    const down = planned(policy, 'model.layers.2.mlp.down_proj.weight');
    expect(down).toMatchObject({ decider: { kind: 'rule', index: 3 }, beaten: [0, 1] });
    const first = planned(policy, 'model.layers.0.mlp.up_proj.weight');
    expect(first).toMatchObject({ decider: { kind: 'rule', index: 2 }, beaten: [0, 1] });
    expect(first.treatment).toEqual({ kind: 'keep', reason: 'asked' });
  });

  it('counts for each rule what it selects, what it decides and what it saves', () => {
    const { rules, tensors } = plan(policy);
    expect(rules.map(({ matched, won }) => [matched.length, won.length])).toEqual([
      [tensors.length, tensors.length - 12],
      [12, 4],
      [6, 6],
      [2, 2],
    ]);
    expect(rules[2]).toMatchObject({ bytesBefore: 6 * 512 * 256 * 2, bytesAfter: 6 * 512 * 256 * 2 });
    expect(rules[3]!.matchedBy).toEqual([12]);
  });

  it('is the default where none matches, and keep where there is no default', () => {
    expect(planned('default: fp16', UP)).toMatchObject({ decider: { kind: 'default' }, treatment: { kind: 'cast' } });
    expect(planned('version: 1', UP)).toMatchObject({
      decider: { kind: 'default' },
      treatment: { kind: 'keep', reason: 'asked' },
    });
  });
});

describe('what becomes of a tensor', () => {
  it.each([
    ['default: int8', 'int8 channel'],
    ['default: int4', 'int4 group 128'],
    ['default: { dtype: int4, group: 32 }', 'int4 group 32'],
    ['default: { dtype: fp8_e4m3, scale: none }', 'fp8_e4m3'],
    ['default: bf16', 'bf16'],
    ['default: keep', 'bf16'],
  ])('%s: %s', (policy, label) => {
    expect(dtypeLabel(planned(policy, UP))).toBe(label);
  });

  it('fills in what the policy leaves open', () => {
    const { treatment } = planned('default: int4', UP);
    expect(treatment).toMatchObject({
      kind: 'cast',
      cast: { scaleDtype: 'F32', round: { kind: 'nearest' }, overflow: 'saturate' },
    });
  });

  it.each([
    ['F32', 'fp32'],
    ['BF16', 'bf16'],
    ['F16', 'fp16'],
  ] as const)('%s as %s is kept: it is stored so', (dtype, format) => {
    const tree = treeOf([['a', [4, 4], dtype]]);
    expect(planned(`default: ${format}`, 'a', tree).treatment).toEqual({ kind: 'keep', reason: 'same-dtype' });
  });

  it('casts 8-bit floats without scales, and knows when they are what was asked', () => {
    const tree = treeOf([['a', [4, 4], 'F8_E4M3']]);
    expect(planned('default: bf16', 'a', tree).treatment.kind).toBe('cast');
    expect(planned('default: fp8_e4m3', 'a', tree).treatment.kind).toBe('cast');
    const same = planned('default: { dtype: fp8_e4m3, scale: none }', 'a', tree);
    expect(same.treatment).toEqual({ kind: 'keep', reason: 'same-dtype' });
  });

  it.each(['I64', 'I32', 'U8', 'BOOL', 'F4', 'F8_E8M0', 'C64'] as const)('%s is kept: no float', (dtype) => {
    const tree = treeOf([['a', [4, 4], dtype]]);
    expect(planned('default: int8', 'a', tree).treatment).toEqual({ kind: 'keep', reason: 'not-float' });
  });

  it('keeps what a broken rule decides', () => {
    const policy = 'rules: [{ match: "**", dtype: int44 }]';
    expect(planned(policy, UP)).toMatchObject({
      decider: { kind: 'rule', index: 0 },
      treatment: { kind: 'keep', reason: 'invalid' },
    });
  });

  it('keeps what a group does not divide', () => {
    expect(planned('default: { dtype: int4, group: 96 }', UP).treatment).toEqual({ kind: 'keep', reason: 'invalid' });
  });

  it('lets groups run on over the rows where the format flattens', () => {
    expect(dtypeLabel(planned('default: { dtype: nf4, group: 96 }', UP))).toBe('nf4 group 96');
  });

  it('takes scalars, empty tensors and more than two axes', () => {
    const tree = treeOf([
      ['scalar', []],
      ['empty', [0, 128]],
      ['convolution', [8, 4, 3, 128]],
    ]);
    const { byName, findings } = plan('default: int8', tree);
    expect(byName.get('scalar')!.bytesAfter).toBe(1 + 4);
    expect(byName.get('empty')).toMatchObject({ treatment: { kind: 'keep', reason: 'empty' }, bytesAfter: 0 });
    expect(byName.get('convolution')!.bytesAfter).toBe(8 * 4 * 3 * 128 + 8 * 4 * 3 * 4);
    expect(findings.map(({ code }) => code)).toEqual(['fragile']);
  });
});

describe('sizes', () => {
  it('count scales', () => {
    const { bytesBefore, bytesAfter, bitsPerWeight } = plan('default: int4', treeOf([['a', [512, 256]]]));
    expect(bytesBefore).toBe(512 * 256 * 2);
    expect(bytesAfter).toBe((512 * 256) / 2 + 512 * 2 * 4);
    expect(bitsPerWeight).toBe(4.25);
  });

  it('are 0 for a checkpoint without tensors', () => {
    expect(plan('default: int4\nrules: [{ match: a, dtype: keep }]', treeOf([]))).toMatchObject({
      bytesAfter: 0,
      bitsPerWeight: 0,
      findings: [],
    });
  });
});
