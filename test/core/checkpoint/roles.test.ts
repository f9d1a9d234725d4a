import { describe, expect, test } from 'vitest';
import { placeName } from '../../../extension/core/checkpoint/placement';
import { roleOf } from '../../../extension/core/checkpoint/roles';
import type { Role } from '../../../extension/core/checkpoint/tensor';

/** The roles of a family's names, as they stand in a checkpoint together. */
const FAMILIES: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  'Llama, Mistral, Qwen2, Qwen3, Gemma, OLMo2': {
    'model.embed_tokens.weight': 'embedding',
    'model.layers.0.input_layernorm.weight': 'norm',
    'model.layers.0.self_attn.q_proj.weight': 'attention-q',
    'model.layers.0.self_attn.q_proj.bias': 'bias',
    'model.layers.0.self_attn.k_proj.weight': 'attention-k',
    'model.layers.0.self_attn.v_proj.weight': 'attention-v',
    'model.layers.0.self_attn.o_proj.weight': 'attention-o',
    'model.layers.0.self_attn.q_norm.weight': 'norm',
    'model.layers.0.post_feedforward_layernorm.weight': 'norm',
    'model.layers.0.mlp.gate_proj.weight': 'mlp-gate',
    'model.layers.0.mlp.up_proj.weight': 'mlp-up',
    'model.layers.0.mlp.down_proj.weight': 'mlp-down',
    'model.layers.0.self_attn.rotary_emb.inv_freq': 'other',
    'model.norm.weight': 'norm',
    'lm_head.weight': 'head',
  },
  'Phi-3': {
    'model.layers.0.self_attn.qkv_proj.weight': 'attention-qkv',
    'model.layers.0.self_attn.o_proj.weight': 'attention-o',
    'model.layers.0.mlp.gate_up_proj.weight': 'mlp-gate-up',
  },
  'GPT-2': {
    'wte.weight': 'embedding',
    'wpe.weight': 'embedding',
    'h.0.ln_1.weight': 'norm',
    'h.0.ln_1.bias': 'norm',
    'h.0.attn.c_attn.weight': 'attention-qkv',
    'h.0.attn.c_attn.bias': 'bias',
    'h.0.attn.c_proj.weight': 'attention-o',
    'h.0.mlp.c_fc.weight': 'mlp-up',
    'h.0.mlp.c_proj.weight': 'mlp-down',
    'h.0.attn.bias': 'bias',
    'ln_f.weight': 'norm',
  },
  'GPT-NeoX': {
    'gpt_neox.embed_in.weight': 'embedding',
    'gpt_neox.layers.0.attention.query_key_value.weight': 'attention-qkv',
    'gpt_neox.layers.0.attention.dense.weight': 'attention-o',
    'gpt_neox.layers.0.mlp.dense_h_to_4h.weight': 'mlp-up',
    'gpt_neox.layers.0.mlp.dense_4h_to_h.weight': 'mlp-down',
    'gpt_neox.final_layer_norm.weight': 'norm',
    'embed_out.weight': 'head',
  },
  'Falcon and BLOOM': {
    'transformer.word_embeddings.weight': 'embedding',
    'word_embeddings_layernorm.weight': 'norm',
    'transformer.h.0.self_attention.query_key_value.weight': 'attention-qkv',
    'transformer.h.0.self_attention.dense.weight': 'attention-o',
    'transformer.h.0.ln_mlp.bias': 'norm',
    'transformer.h.0.mlp.dense_h_to_4h.weight': 'mlp-up',
  },
  'Qwen-1, whose w1 is up and w2 gate': {
    'transformer.h.0.mlp.w1.weight': 'mlp-up',
    'transformer.h.0.mlp.w2.weight': 'mlp-gate',
    'transformer.h.0.mlp.c_proj.weight': 'mlp-down',
  },
  'Mixtral, whose w1 is gate and w3 up': {
    'model.layers.0.block_sparse_moe.gate.weight': 'router',
    'model.layers.0.block_sparse_moe.experts.0.w1.weight': 'mlp-gate',
    'model.layers.0.block_sparse_moe.experts.0.w2.weight': 'mlp-down',
    'model.layers.0.block_sparse_moe.experts.0.w3.weight': 'mlp-up',
  },
  'Qwen-MoE and DeepSeek': {
    'model.layers.3.self_attn.q_a_proj.weight': 'attention-q',
    'model.layers.3.self_attn.kv_a_proj_with_mqa.weight': 'attention-qkv',
    'model.layers.3.self_attn.kv_a_layernorm.weight': 'norm',
    'model.layers.3.mlp.gate.weight': 'router',
    'model.layers.3.mlp.gate.e_score_correction_bias': 'bias',
    'model.layers.3.mlp.experts.7.gate_proj.weight': 'mlp-gate',
    'model.layers.3.mlp.experts.7.gate_proj.weight_scale_inv': 'scale',
    'model.layers.3.mlp.shared_experts.up_proj.weight': 'mlp-up',
    'model.layers.3.mlp.shared_expert_gate.weight': 'router',
  },
  'gpt-oss': {
    'model.layers.0.mlp.router.weight': 'router',
    'model.layers.0.mlp.router.bias': 'bias',
    'model.layers.0.mlp.experts.gate_up_proj': 'mlp-gate-up',
    'model.layers.0.mlp.experts.gate_up_proj_bias': 'bias',
    'model.layers.0.mlp.experts.gate_up_proj_blocks': 'mlp-gate-up',
    'model.layers.0.mlp.experts.gate_up_proj_scales': 'scale',
    'model.layers.0.mlp.experts.down_proj': 'mlp-down',
    'model.layers.0.self_attn.sinks': 'other',
  },
  GGUF: {
    'token_embd.weight': 'embedding',
    'output.weight': 'head',
    'output_norm.weight': 'norm',
    'blk.0.attn_q.weight': 'attention-q',
    'blk.0.attn_qkv.weight': 'attention-qkv',
    'blk.0.attn_output.weight': 'attention-o',
    'blk.0.attn_q_norm.weight': 'norm',
    'blk.0.ffn_gate.weight': 'mlp-gate',
    'blk.0.ffn_gate_inp.weight': 'router',
    'blk.0.ffn_up_exps.weight': 'mlp-up',
    'blk.0.ffn_down.weight': 'mlp-down',
  },
  'quantized by AWQ, GPTQ, bitsandbytes, MLX, compressed-tensors': {
    'model.layers.0.mlp.up_proj.qweight': 'mlp-up',
    'model.layers.0.mlp.up_proj.qzeros': 'scale',
    'model.layers.0.mlp.up_proj.scales': 'scale',
    'model.layers.0.mlp.up_proj.g_idx': 'scale',
    'model.layers.0.mlp.up_proj.biases': 'scale',
    'model.layers.0.mlp.up_proj.weight.absmax': 'scale',
    'model.layers.0.mlp.up_proj.weight.quant_state.bitsandbytes__nf4': 'scale',
    'model.layers.0.mlp.up_proj.weight_packed': 'mlp-up',
    'model.layers.0.mlp.up_proj.weight_shape': 'scale',
    'model.layers.0.self_attn.k_scale': 'scale',
  },
  'vision towers': {
    'visual.patch_embed.proj.weight': 'embedding',
    'visual.blocks.0.norm1.weight': 'norm',
    'visual.blocks.0.attn.qkv.weight': 'attention-qkv',
    'visual.blocks.0.attn.proj.weight': 'attention-o',
    'visual.blocks.0.mlp.fc1.weight': 'mlp-up',
    'visual.blocks.0.mlp.fc2.weight': 'mlp-down',
    'vision_tower.encoder.layers.0.self_attn.out_proj.weight': 'attention-o',
    'vision_tower.encoder.layers.0.mlp.up_proj.linear.weight': 'mlp-up',
    'vision_tower.transformer.resblocks.0.feed_forward.w1.weight': 'mlp-up',
    'vision_tower.transformer.resblocks.0.feed_forward.w2.weight': 'mlp-down',
    'vision_tower.embeddings.position_embedding.weight': 'embedding',
  },
};

describe.each(Object.entries(FAMILIES))('%s', (_, roles) => {
  const modules = new Set(Object.keys(roles).map((name) => placeName(name).inner));

  test.each(Object.entries(roles))('%s is %s', (name, role) => {
    const { inner, layer } = placeName(name);
    expect(roleOf(inner, layer !== undefined, (other) => modules.has(other))).toBe(role);
  });
});
