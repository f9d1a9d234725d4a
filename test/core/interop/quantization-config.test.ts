import { expect, test } from 'vitest';
import type { TensorInfo } from '../../../extension/core/checkpoint/tensor';
import { buildTensorTree } from '../../../extension/core/checkpoint/tree';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { loading } from '../../../extension/core/interop/quantization-config';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { resolve } from '../../../extension/core/resolve/resolve';

const tensor = (name: string, ...shape: number[]): TensorInfo => ({
  name,
  dtype: 'BF16',
  shape,
  file: 'model.safetensors',
  offset: 0,
  bytes: shape.reduce((product, extent) => product * extent, 2),
});

const tree = buildTensorTree(
  [
    tensor('model.embed_tokens.weight', 64, 128),
    tensor('model.layers.0.self_attn.o_proj.weight', 128, 128),
    tensor('model.layers.0.mlp.down_proj.weight', 128, 256),
    tensor('model.layers.0.input_layernorm.weight', 128),
    tensor('lm_head.weight', 64, 128),
  ],
  undefined,
);

/** How a policy with these rules is loaded. */
function loadingOf(...rules: string[]) {
  const text = `version: 1\nrules:\n${rules.map((rule) => `  - { ${rule} }`).join('\n')}\n`;
  return loading(resolve(parsePolicy(text, BUILT_IN_FORMATS).policy, tree, BUILT_IN_FORMATS));
}

test('plain floats need no configuration', () => {
  expect(loadingOf('match: "**", dtype: fp16')).toMatchObject({ kind: 'plain', config: undefined });
});

test('e4m3 and int4 side by side are two config groups with exact targets; all other linears are ignored', () => {
  expect(
    loadingOf(
      'match: "**.o_proj.weight", dtype: int4, group: 64',
      'match: "**.down_proj.weight", dtype: fp8_e4m3, scale: tensor',
    ),
  ).toMatchObject({
    kind: 'compressed-tensors',
    config: {
      quant_method: 'compressed-tensors',
      format: 'mixed-precision',
      ignore: ['lm_head'],
      config_groups: {
        group_0: {
          format: 'pack-quantized',
          targets: ['model.layers.0.self_attn.o_proj'],
          weights: { num_bits: 4, type: 'int', strategy: 'group', group_size: 64, symmetric: true, dynamic: false },
        },
        group_1: {
          format: 'float-quantized',
          targets: ['model.layers.0.mlp.down_proj'],
          weights: { num_bits: 8, type: 'float', strategy: 'tensor' },
        },
      },
    },
  });
});

test('one format alone is named at the top', () => {
  expect(loadingOf('match: "**.{o,down}_proj.weight", dtype: int8')).toMatchObject({
    config: { format: 'int-quantized', ignore: ['lm_head'] },
  });
});

test('nf4 alone goes to bitsandbytes, and the head is skipped by name', () => {
  expect(loadingOf('match: "**.o_proj.weight", dtype: nf4')).toMatchObject({
    kind: 'bitsandbytes',
    config: { bnb_4bit_quant_type: 'nf4', llm_int8_skip_modules: ['model.layers.0.mlp.down_proj', 'lm_head'] },
  });
});

test('nested scales and the 4-bit float of bitsandbytes are named in its configuration', () => {
  expect(loadingOf('match: "**.{o,down}_proj.weight", dtype: e2m1_bnb, nested: true')).toMatchObject({
    kind: 'bitsandbytes',
    note: 'bitsandbytes: transformers reads it',
    config: { bnb_4bit_quant_type: 'fp4', bnb_4bit_use_double_quant: true },
  });
});

test('rows that the group does not divide are read on a GPU only', () => {
  const { kind, note } = loadingOf('match: "**.o_proj.weight", dtype: nf4, group: 256');
  expect(kind).toBe('bitsandbytes');
  expect(note).toContain('misreads rows that the group does not divide, as the rows of 128 in groups of 256');
});

test.each([
  [['match: "**.o_proj.weight", dtype: nf4, outliers: 2'], 'keeps outlier columns in 16 bit beside its codes'],
  [['match: "**.o_proj.weight", dtype: int8, outliers: 2'], 'keeps outlier columns in 16 bit beside its codes'],
  [['match: "**.o_proj.weight", dtype: nf4, group: 16'], 'bitsandbytes knows no groups of 16, but 32, 64'],
  [
    ['match: "**.o_proj.weight", dtype: nf4', 'match: "**.down_proj.weight", dtype: nf4, nested: true'],
    'model.layers.0.mlp.down_proj.weight is nf4 with nested scales and model.layers.0.self_attn.o_proj.weight nf4',
  ],
  [['match: "**.o_proj.weight", dtype: sf4'], 'sf4 with this scale has no spelling'],
  [['match: "**.o_proj.weight", dtype: nf4', 'match: "**.down_proj.weight", dtype: int8'], 'bitsandbytes reads only'],
  [['match: model.embed_tokens.weight, dtype: int8'], 'model.embed_tokens.weight (embedding) is not the weight of'],
  [['match: "**.o_proj.weight", dtype: fp8_e5m2'], 'fp8_e5m2 with this scale has no spelling'],
] as const)('%j has no loader, and the note says why', (rules, reason) => {
  const { kind, note, config } = loadingOf(...rules);
  expect({ kind, config }).toEqual({ kind: 'none', config: undefined });
  expect(note).toContain(reason);
});

test('packed zero points: vLLM reads them, transformers 5.23 does not, and both places say so', () => {
  const asymmetric = 'match: "**.down_proj.weight", dtype: int4, group: 64, symmetric: false';
  expect(loadingOf(asymmetric)).toMatchObject({ kind: 'compressed-tensors' });
  expect(loadingOf(asymmetric).note).toMatch(
    /^compressed-tensors, the layout that vLLM reads; model.layers.0.mlp.down_proj.weight: transformers 5.23 expects/,
  );
  const eight = 'match: "**.down_proj.weight", dtype: int8, symmetric: false';
  expect(loadingOf(eight).note).toBe('compressed-tensors, the layout that transformers and vLLM read');
});
