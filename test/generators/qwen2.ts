import { llamaTensors, type LlamaConfig } from './llama';
import { tensor, type ModelTensor } from './model-tensors';

/** https://huggingface.co/Qwen/Qwen2-0.5B */
export const QWEN2_0_5B: LlamaConfig = {
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  vocab_size: 151_936,
  tie_word_embeddings: true,
};

/** A Llama whose q, k and v have biases. */
export function qwen2Tensors(config: LlamaConfig): readonly ModelTensor[] {
  return llamaTensors(config).flatMap((each) => {
    const biased = /^(.*\.self_attn\.[qkv]_proj)\.weight$/.exec(each.name)?.[1];
    return biased === undefined ? [each] : [tensor(`${biased}.bias`, [each.shape[0]!]), each];
  });
}
