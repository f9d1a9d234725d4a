import type { TensorInfo } from '../../extension/core/checkpoint/tensor';
import { repeat, shard, tensor, type ModelTensor, type ShardName } from './model-tensors';

export interface DeepSeekConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly moe_intermediate_size: number;
  readonly num_hidden_layers: number;
  /** Layers behind the model's own that predict further tokens. */
  readonly num_nextn_predict_layers: number;
  readonly first_k_dense_replace: number;
  readonly n_routed_experts: number;
  readonly n_shared_experts: number;
  readonly num_attention_heads: number;
  readonly q_lora_rank: number;
  readonly kv_lora_rank: number;
  readonly qk_nope_head_dim: number;
  readonly qk_rope_head_dim: number;
  readonly v_head_dim: number;
  readonly vocab_size: number;
}

/** https://huggingface.co/deepseek-ai/DeepSeek-V3 */
export const DEEPSEEK_V3: DeepSeekConfig = {
  hidden_size: 7168,
  intermediate_size: 18_432,
  moe_intermediate_size: 2048,
  num_hidden_layers: 61,
  num_nextn_predict_layers: 1,
  first_k_dense_replace: 3,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_attention_heads: 128,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  vocab_size: 129_280,
};

/** Side of the blocks that share one scale: `weight_block_size`. */
const BLOCK = 128;

/** Matrices are stored in FP8 with a scale for each block, norms, embeddings and routers in BF16. */
export function deepSeekTensors(config: DeepSeekConfig): readonly ModelTensor[] {
  const { hidden_size: hidden, vocab_size: words, num_hidden_layers: own } = config;
  return [
    tensor('model.embed_tokens.weight', [words, hidden]),
    ...repeat(own, (layer) => layerTensors(layer, config)),
    tensor('model.norm.weight', [hidden]),
    tensor('lm_head.weight', [words, hidden]),
    ...repeat(config.num_nextn_predict_layers, (ahead) => {
      const at = `model.layers.${own + ahead}`;
      return [
        ...layerTensors(own + ahead, config),
        tensor(`${at}.embed_tokens.weight`, [words, hidden]),
        tensor(`${at}.enorm.weight`, [hidden]),
        tensor(`${at}.hnorm.weight`, [hidden]),
        tensor(`${at}.eh_proj.weight`, [hidden, 2 * hidden]),
        tensor(`${at}.shared_head.norm.weight`, [hidden]),
        tensor(`${at}.shared_head.head.weight`, [words, hidden]),
      ];
    }),
  ];
}

function layerTensors(layer: number, config: DeepSeekConfig): readonly ModelTensor[] {
  const { hidden_size: hidden } = config;
  const at = `model.layers.${layer}`;
  return [
    tensor(`${at}.input_layernorm.weight`, [hidden]),
    ...latentAttention(`${at}.self_attn`, config),
    tensor(`${at}.post_attention_layernorm.weight`, [hidden]),
    ...(layer < config.first_k_dense_replace
      ? mlp(`${at}.mlp`, config.intermediate_size, hidden)
      : mixture(`${at}.mlp`, config)),
  ];
}

function latentAttention(at: string, config: DeepSeekConfig): readonly ModelTensor[] {
  const { hidden_size: hidden, num_attention_heads: heads, q_lora_rank: q, kv_lora_rank: kv } = config;
  const { qk_nope_head_dim: plain, qk_rope_head_dim: rotated, v_head_dim: value } = config;
  return [
    ...matrix(`${at}.q_a_proj`, q, hidden),
    tensor(`${at}.q_a_layernorm.weight`, [q]),
    ...matrix(`${at}.q_b_proj`, heads * (plain + rotated), q),
    ...matrix(`${at}.kv_a_proj_with_mqa`, kv + rotated, hidden),
    tensor(`${at}.kv_a_layernorm.weight`, [kv]),
    ...matrix(`${at}.kv_b_proj`, heads * (plain + value), kv),
    ...matrix(`${at}.o_proj`, hidden, heads * value),
  ];
}

function mixture(at: string, config: DeepSeekConfig): readonly ModelTensor[] {
  const { hidden_size: hidden, moe_intermediate_size: wide, n_routed_experts: count } = config;
  return [
    tensor(`${at}.gate.weight`, [count, hidden]),
    tensor(`${at}.gate.e_score_correction_bias`, [count], 'F32'),
    ...mlp(`${at}.shared_experts`, wide * config.n_shared_experts, hidden),
    ...repeat(count, (expert) => mlp(`${at}.experts.${expert}`, wide, hidden)),
  ];
}

function mlp(at: string, wide: number, hidden: number): readonly ModelTensor[] {
  return [
    ...matrix(`${at}.gate_proj`, wide, hidden),
    ...matrix(`${at}.up_proj`, wide, hidden),
    ...matrix(`${at}.down_proj`, hidden, wide),
  ];
}

function matrix(at: string, rows: number, columns: number): readonly ModelTensor[] {
  return [
    tensor(`${at}.weight`, [rows, columns], 'F8_E4M3'),
    tensor(`${at}.weight_scale_inv`, [Math.ceil(rows / BLOCK), Math.ceil(columns / BLOCK)], 'F32'),
  ];
}

/** The published files count with six digits behind `of`. */
const shardName: ShardName = (number, count) =>
  `model-${String(number).padStart(5, '0')}-of-${String(count).padStart(6, '0')}.safetensors`;

/** In 163 files like the published ones; which expert lies in which of them is not published in a form to follow. */
export function deepSeekV3Files(): readonly TensorInfo[] {
  return shard(deepSeekTensors(DEEPSEEK_V3), 4_250_000_000, shardName);
}
