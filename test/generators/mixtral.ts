import { attention, norms, type LlamaConfig } from './llama';
import { repeat, tensor, type ModelTensor } from './model-tensors';

export interface MixtralConfig extends LlamaConfig {
  readonly num_local_experts: number;
}

/** https://huggingface.co/mistralai/Mixtral-8x7B-v0.1 */
export const MIXTRAL_8X7B: MixtralConfig = {
  hidden_size: 4096,
  intermediate_size: 14_336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  num_local_experts: 8,
  vocab_size: 32_000,
  tie_word_embeddings: false,
};

export function mixtralTensors(config: MixtralConfig): readonly ModelTensor[] {
  const { hidden_size: hidden, intermediate_size: wide, num_local_experts: experts, vocab_size: words } = config;
  return [
    tensor('model.embed_tokens.weight', [words, hidden]),
    ...repeat(config.num_hidden_layers, (layer) => {
      const at = `model.layers.${layer}`;
      const moe = `${at}.block_sparse_moe`;
      return [
        ...attention(`${at}.self_attn`, config),
        tensor(`${moe}.gate.weight`, [experts, hidden]),
        ...repeat(experts, (expert) => [
          tensor(`${moe}.experts.${expert}.w1.weight`, [wide, hidden]),
          tensor(`${moe}.experts.${expert}.w2.weight`, [hidden, wide]),
          tensor(`${moe}.experts.${expert}.w3.weight`, [wide, hidden]),
        ]),
        ...norms(at, hidden),
      ];
    }),
    tensor('model.norm.weight', [hidden]),
    tensor('lm_head.weight', [words, hidden]),
  ];
}
