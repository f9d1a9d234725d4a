import { attention, norms, type LlamaConfig } from './llama';
import { repeat, tensor, type ModelTensor } from './model-tensors';

export interface GptOssConfig extends LlamaConfig {
  readonly num_local_experts: number;
}

/** https://huggingface.co/openai/gpt-oss-20b */
export const GPT_OSS_20B: GptOssConfig = {
  hidden_size: 2880,
  intermediate_size: 2880,
  num_hidden_layers: 24,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  head_dim: 64,
  num_local_experts: 32,
  vocab_size: 201_088,
  tie_word_embeddings: false,
};

/** https://huggingface.co/openai/gpt-oss-120b */
export const GPT_OSS_120B: GptOssConfig = { ...GPT_OSS_20B, num_hidden_layers: 36, num_local_experts: 128 };

/** Elements that share one scale in MXFP4; a block is stored as 16 bytes. */
const BLOCK = 32;

export function gptOssTensors(config: GptOssConfig): readonly ModelTensor[] {
  const { hidden_size: hidden, num_attention_heads: heads, vocab_size: words } = config;
  return [
    ...repeat(config.num_hidden_layers, (layer) => {
      const at = `model.layers.${layer}`;
      const matrices = attention(`${at}.self_attn`, config);
      return [
        ...norms(at, hidden),
        ...matrices.flatMap((matrix) => [tensor(matrix.name.replace(/weight$/, 'bias'), [matrix.shape[0]!]), matrix]),
        tensor(`${at}.self_attn.sinks`, [heads]),
        tensor(`${at}.mlp.router.bias`, [config.num_local_experts]),
        tensor(`${at}.mlp.router.weight`, [config.num_local_experts, hidden]),
        ...experts(`${at}.mlp.experts.gate_up_proj`, 2 * config.intermediate_size, hidden, config),
        ...experts(`${at}.mlp.experts.down_proj`, hidden, config.intermediate_size, config),
      ];
    }),
    tensor('model.norm.weight', [hidden]),
    tensor('model.embed_tokens.weight', [words, hidden]),
    tensor('lm_head.weight', [words, hidden]),
  ];
}

/** All experts' matrices of one projection in MXFP4: codes, scales and the bias beside them. */
function experts(
  at: string,
  rows: number,
  columns: number,
  { num_local_experts: count }: GptOssConfig,
): readonly ModelTensor[] {
  return [
    tensor(`${at}_bias`, [count, rows]),
    tensor(`${at}_blocks`, [count, rows, columns / BLOCK, BLOCK / 2], 'U8'),
    tensor(`${at}_scales`, [count, rows, columns / BLOCK], 'U8'),
  ];
}
