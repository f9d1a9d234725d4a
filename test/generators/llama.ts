import { repeat, tensor, type ModelTensor } from './model-tensors';

/** What names and shapes of a Llama follow from, by the keys of its `config.json`. */
export interface LlamaConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly vocab_size: number;
  readonly tie_word_embeddings: boolean;
  /** Elements of one head; hidden_size / num_attention_heads when not given. */
  readonly head_dim?: number;
}

/** https://huggingface.co/meta-llama/Meta-Llama-3-70B */
export const LLAMA_3_70B: LlamaConfig = {
  hidden_size: 8192,
  intermediate_size: 28_672,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  vocab_size: 128_256,
  tie_word_embeddings: false,
};

/** Tensors in the order of the model: also those of Mistral, which has the same names. */
export function llamaTensors(config: LlamaConfig): readonly ModelTensor[] {
  const { hidden_size: hidden, intermediate_size: wide, vocab_size: words } = config;
  return [
    tensor('model.embed_tokens.weight', [words, hidden]),
    ...repeat(config.num_hidden_layers, (layer) => {
      const at = `model.layers.${layer}`;
      return [
        ...attention(`${at}.self_attn`, config),
        tensor(`${at}.mlp.gate_proj.weight`, [wide, hidden]),
        tensor(`${at}.mlp.up_proj.weight`, [wide, hidden]),
        tensor(`${at}.mlp.down_proj.weight`, [hidden, wide]),
        ...norms(at, hidden),
      ];
    }),
    tensor('model.norm.weight', [hidden]),
    ...(config.tie_word_embeddings ? [] : [tensor('lm_head.weight', [words, hidden])]),
  ];
}

export function attention(at: string, config: Omit<LlamaConfig, 'intermediate_size'>): readonly ModelTensor[] {
  const { hidden_size: hidden, num_attention_heads: heads, num_key_value_heads: shared } = config;
  const head = config.head_dim ?? hidden / heads;
  return [
    tensor(`${at}.q_proj.weight`, [heads * head, hidden]),
    tensor(`${at}.k_proj.weight`, [shared * head, hidden]),
    tensor(`${at}.v_proj.weight`, [shared * head, hidden]),
    tensor(`${at}.o_proj.weight`, [hidden, heads * head]),
  ];
}

export function norms(at: string, hidden: number): readonly ModelTensor[] {
  return ['input_layernorm', 'post_attention_layernorm'].map((name) => tensor(`${at}.${name}.weight`, [hidden]));
}
