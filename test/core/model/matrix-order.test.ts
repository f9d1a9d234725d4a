import { expect, test } from 'vitest';
import { matrixOrder } from '../../../extension/core/model/matrix-order';
import { graphOf } from '../../kernels/model-golden';

const SIZES = {
  hidden_size: 16,
  intermediate_size: 32,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  vocab_size: 40,
};

test('of a mixture with a shared expert', () => {
  const config = {
    ...SIZES,
    model_type: 'qwen2_moe',
    num_experts: 2,
    num_experts_per_tok: 1,
    moe_intermediate_size: 8,
    shared_expert_intermediate_size: 8,
  };
  const { embedding, layers, head } = matrixOrder(graphOf(config));
  expect(embedding).toEqual(['model.embed_tokens.weight']);
  const projections = ['gate_proj', 'up_proj', 'down_proj'];
  expect(layers).toEqual([
    [
      ...['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => `self_attn.${name}`),
      'mlp.gate',
      ...projections.map((name) => `mlp.experts.0.${name}`),
      ...projections.map((name) => `mlp.experts.1.${name}`),
      'mlp.shared_expert_gate',
      ...projections.map((name) => `mlp.shared_expert.${name}`),
    ].map((name) => `model.layers.0.${name}.weight`),
  ]);
  expect(head).toBe('lm_head.weight');
});

test('of learned positions, a plain middle and a tied head', () => {
  const { embedding, layers, head } = matrixOrder(
    graphOf({ ...SIZES, model_type: 'gpt2', n_positions: 64, tie_word_embeddings: true }),
  );
  expect(embedding).toEqual(['transformer.wte.weight', 'transformer.wpe.weight']);
  expect(layers[0]!.map((name) => name.replace('transformer.h.0.', ''))).toEqual([
    'attn.c_attn.weight#q',
    'attn.c_attn.weight#k',
    'attn.c_attn.weight#v',
    'attn.c_proj.weight#all',
    'mlp.c_fc.weight#all',
    'mlp.c_proj.weight#all',
  ]);
  expect(head).toBe('transformer.wte.weight');
});
