import { describe, expect, test } from 'vitest';
import { parseModelConfig } from '../../../extension/core/checkpoint/config';
import type { TensorInfo, TensorTree } from '../../../extension/core/checkpoint/tensor';
import { buildTensorTree } from '../../../extension/core/checkpoint/tree';

/** Tensors of one shape, BF16, by their names alone. */
function tree(names: readonly string[], config = '{}', shape: readonly number[] = [4, 4]): TensorTree {
  const tensors = names.map((name, at): TensorInfo => {
    return { name, dtype: 'BF16', shape, file: 'model.safetensors', offset: at * 32, bytes: 32 };
  });
  return buildTensorTree(tensors, parseModelConfig(config));
}

const layer = (at: number): readonly string[] =>
  [
    'self_attn.q_proj',
    'self_attn.k_proj',
    'self_attn.v_proj',
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.up_proj',
    'mlp.down_proj',
  ].map((name) => `model.layers.${at}.${name}.weight`);

const groupsOf = (built: TensorTree): Record<string, readonly string[]> =>
  Object.fromEntries(built.groups.map(({ id, tensors }) => [id, tensors]));

test('a tree counts layers, bytes and elements, and lists the modules in order', () => {
  const built = tree(['model.embed_tokens.weight', ...layer(0), ...layer(1)]);
  expect(built.layerCount).toBe(2);
  expect(built.bytes).toBe(15 * 32);
  expect(built.elements).toBe(15 * 16);
  expect(built.modules).toEqual([
    'model.embed_tokens.weight',
    'self_attn.q_proj.weight',
    'self_attn.k_proj.weight',
    'self_attn.v_proj.weight',
    'self_attn.o_proj.weight',
    'mlp.gate_proj.weight',
    'mlp.up_proj.weight',
    'mlp.down_proj.weight',
  ]);
  expect(built.byName.get('model.layers.1.mlp.up_proj.weight')).toMatchObject({
    layer: 1,
    module: 'mlp.up_proj.weight',
    role: 'mlp-up',
    group: 'model.layers.1.mlp.gate_up',
  });
});

test('an empty checkpoint', () => {
  expect(tree([])).toMatchObject({ tensors: [], layerCount: 0, modules: [], groups: [], bytes: 0, elements: 0 });
});

describe('groups that must agree', () => {
  test('q/k/v and gate/up of each layer; o and down stand alone', () => {
    expect(groupsOf(tree(layer(0)))).toEqual({
      'model.layers.0.self_attn.qkv': [0, 1, 2].map((at) => layer(0)[at]),
      'model.layers.0.mlp.gate_up': [4, 5].map((at) => layer(0)[at]),
    });
  });

  test('biases and scales beside the weights are in none', () => {
    const built = tree([
      ...layer(0),
      'model.layers.0.self_attn.q_proj.bias',
      'model.layers.0.self_attn.q_proj.weight_scale',
    ]);
    expect(built.byName.get('model.layers.0.self_attn.q_proj.bias')?.group).toBeUndefined();
    expect(built.byName.get('model.layers.0.self_attn.q_proj.weight_scale')?.group).toBeUndefined();
  });

  test('a module that has no sibling is in none', () => {
    expect(tree(['model.layers.0.self_attn.q_proj.weight', 'model.layers.0.mlp.up_proj.weight']).groups).toEqual([]);
  });

  test('all experts of a layer, with gate, up and down; the router and the shared expert are apart', () => {
    const experts = [0, 1].flatMap((expert) =>
      ['gate_proj', 'up_proj', 'down_proj'].map((name) => `model.layers.3.mlp.experts.${expert}.${name}.weight`),
    );
    const shared = ['gate_proj', 'up_proj', 'down_proj'].map(
      (name) => `model.layers.3.mlp.shared_experts.${name}.weight`,
    );
    const built = tree([...experts, ...shared, 'model.layers.3.mlp.gate.weight']);
    expect(groupsOf(built)).toEqual({
      'model.layers.3.mlp.experts': experts,
      'model.layers.3.mlp.shared_experts.gate_up': shared.slice(0, 2),
    });
    expect(built.byName.get('model.layers.3.mlp.experts.1.up_proj.weight')).toMatchObject({
      expert: 1,
      module: 'mlp.experts.up_proj.weight',
    });
  });

  test.each([
    [
      'Mixtral',
      ['w1', 'w2', 'w3'].map((name) => `model.layers.0.block_sparse_moe.experts.0.${name}.weight`),
      'model.layers.0.block_sparse_moe.experts',
    ],
    [
      'gpt-oss, all experts in one tensor',
      ['gate_up_proj', 'down_proj'].map((name) => `model.layers.0.mlp.experts.${name}`),
      'model.layers.0.mlp.experts',
    ],
    [
      'GGUF, all experts in one tensor',
      ['ffn_gate_exps', 'ffn_up_exps', 'ffn_down_exps'].map((name) => `blk.0.${name}.weight`),
      'blk.0.ffn_exps',
    ],
  ])('experts of %s', (_, names, id) => {
    expect(groupsOf(tree(names))).toEqual({ [id]: names });
  });

  test('GGUF names', () => {
    const names = ['attn_q', 'attn_k', 'attn_v', 'ffn_gate', 'ffn_up'].map((name) => `blk.0.${name}.weight`);
    expect(groupsOf(tree(names))).toEqual({ 'blk.0.qkv': names.slice(0, 3), 'blk.0.gate_up': names.slice(3) });
  });

  test('the halves of latent attention that loaders fuse', () => {
    const names = ['q_a_proj', 'kv_a_proj_with_mqa', 'q_b_proj', 'kv_b_proj'].map(
      (name) => `model.layers.0.self_attn.${name}.weight`,
    );
    expect(groupsOf(tree(names))).toEqual({ 'model.layers.0.self_attn.qkv_a': names.slice(0, 2) });
  });

  const ends = ['model.embed_tokens.weight', 'lm_head.weight'];
  const tied = '{"tie_word_embeddings": true}';

  test('embedding and head, when the config ties them and both are there', () => {
    expect(groupsOf(tree(ends, tied))).toEqual({ 'tied-embedding': ends });
    expect(tree(ends, tied).byName.get('lm_head.weight')?.group).toBe('tied-embedding');
    expect(tree(ends.slice(0, 1), tied).groups).toEqual([]);
    expect(tree(ends, '{"tie_word_embeddings": false}').groups).toEqual([]);
    expect(buildTensorTree([], undefined).groups).toEqual([]);
  });

  test('not embedding and head of different shapes, which no loader can tie', () => {
    const [embedding, head] = tree(ends).tensors;
    const built = buildTensorTree([embedding!, { ...head!, shape: [4, 8] }], parseModelConfig(tied));
    expect(built.groups).toEqual([]);
  });
});

test('the tower with the most elements has the short names, others keep theirs', () => {
  const built = tree([
    ...layer(0).map((name) => name.replace('model.', 'model.language_model.')),
    'model.visual.blocks.0.attn.qkv.weight',
    'model.visual.blocks.5.attn.qkv.weight',
    'model.mtp_layers.0.mlp.up_proj.weight',
  ]);
  expect(built.modules).toContain('self_attn.q_proj.weight');
  expect(built.modules).toContain('model.visual.blocks.attn.qkv.weight');
  expect(built.modules).toContain('model.mtp_layers.mlp.up_proj.weight');
  expect(built.layerCount).toBe(6);
});
