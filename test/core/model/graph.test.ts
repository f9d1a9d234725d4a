import { describe, expect, test } from 'vitest';
import { parseModelConfig } from '../../../extension/core/checkpoint/config';
import { modelGraph } from '../../../extension/core/model/graph';

const LLAMA = {
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 6,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  vocab_size: 2048,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
};

function graph(change: object) {
  return modelGraph(parseModelConfig(JSON.stringify({ ...LLAMA, ...change })));
}

function reason(change: object): string {
  const result = graph(change);
  return result.kind === 'unsupported' ? result.reason : 'supported';
}

test('a Llama names its tensors and their shapes', () => {
  const result = graph({});
  if (result.kind === 'unsupported') throw new Error(result.reason);
  expect(result).toMatchObject({ kind: 'llama', headSize: 32, kvHeads: 2, ropeTheta: 10_000, tied: true });
  const text = result.tensors.map(({ name, shape }) => `${name} ${shape.join('x')}`);
  expect(text).toHaveLength(1 + 6 * 9 + 1);
  expect(text.slice(0, 6)).toEqual([
    'model.embed_tokens.weight 2048x256',
    'model.layers.0.input_layernorm.weight 256',
    'model.layers.0.self_attn.q_proj.weight 256x256',
    'model.layers.0.self_attn.k_proj.weight 64x256',
    'model.layers.0.self_attn.v_proj.weight 64x256',
    'model.layers.0.self_attn.o_proj.weight 256x256',
  ]);
  expect(text.at(-1)).toBe('model.norm.weight 256');
});

test('a head of its own is needed when it is not tied', () => {
  const result = graph({ tie_word_embeddings: false });
  if (result.kind === 'unsupported') throw new Error(result.reason);
  expect(result.tensors.at(-1)).toEqual({ name: 'lm_head.weight', shape: [2048, 256], layer: 'after' });
});

test('every head has its own keys when the config does not say otherwise', () => {
  expect(graph({ num_key_value_heads: undefined })).toMatchObject({ kvHeads: 8 });
});

test.each([
  [
    { rope_scaling: null, rope_theta: 5e5 },
    { ropeTheta: 5e5, ropeScaling: { kind: 'default' } },
  ],
  [{ rope_parameters: { rope_type: 'default', rope_theta: 7 } }, { ropeTheta: 7, ropeScaling: { kind: 'default' } }],
  [{ rope_scaling: { type: 'linear', factor: 4 } }, { ropeScaling: { kind: 'linear', factor: 4 } }],
])('rotary embedding of %j', (change, wanted) => {
  expect(graph(change)).toMatchObject(wanted);
});

describe('what can not be run is refused, and the message says why', () => {
  test.each<[object, string]>([
    [
      { hidden_size: undefined },
      'hidden_size, intermediate_size, num_hidden_layers, num_attention_heads and vocab_size are needed',
    ],
    [{ num_key_value_heads: 3 }, 'num_attention_heads 8 is not a multiple of num_key_value_heads 3'],
    [{ head_dim: 33 }, "a head of 33 elements can't be rotated by halves"],
    [
      { num_attention_heads: 9, num_key_value_heads: 9 },
      "a head of 28.444444444444443 elements can't be rotated by halves",
    ],
    [{ attention_bias: true }, 'attention_bias is not implemented'],
    [{ mlp_bias: true }, 'mlp_bias is not implemented'],
    [{ hidden_act: 'gelu' }, 'hidden_act "gelu" is not implemented; silu is'],
    [
      { rope_scaling: { rope_type: 'yarn', factor: 4 } },
      'rope scaling "yarn" is not implemented; default, linear and llama3 are',
    ],
    [
      { rope_scaling: { rope_type: 'llama3', factor: 8 } },
      'rope scaling "llama3" needs factor, low_freq_factor and high_freq_factor',
    ],
    [{ partial_rotary_factor: 0.5, rope_parameters: {} }, 'partial_rotary_factor 0.5 is not implemented'],
  ])('%j', (change, message) => {
    expect(reason(change)).toBe(`config.json: ${message}`);
  });

  test('another architecture', () => {
    expect(reason({ model_type: 'mamba' })).toBe(
      "the forward pass of mamba is not implemented, so it can't be evaluated; llama is. Checking, planning and applying work all the same",
    );
  });

  test('no config', () => {
    expect(modelGraph(undefined)).toEqual({
      kind: 'unsupported',
      reason: 'the checkpoint has no config.json, which says how the model is built',
    });
  });
});
