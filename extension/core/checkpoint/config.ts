import { CheckpointError } from './checkpoint-error';
import type { ModelConfig } from './model-config';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a Hugging Face `config.json`. Multimodal models keep their language model's sizes in `text_config`;
 * transformers 5 moved `rope_theta` into `rope_parameters`. A field of the wrong type counts as missing.
 * Throws CheckpointError when the text is not a JSON object.
 */
export function parseModelConfig(text: string, file: string): ModelConfig {
  const raw = parseObject(text, file);
  const nested = asFields(raw['text_config']) ?? asFields(raw['llm_config']) ?? {};
  const field = (name: string): unknown => raw[name] ?? nested[name];
  const rope = asFields(field('rope_parameters')) ?? {};
  const bos = field('bos_token_id');
  return {
    model_type: asString(raw['model_type']),
    architectures: Array.isArray(raw['architectures'])
      ? raw['architectures'].filter((name) => typeof name === 'string')
      : [],
    hidden_size: asNumber(field('hidden_size') ?? field('n_embd') ?? field('d_model')),
    intermediate_size: asNumber(field('intermediate_size')),
    num_hidden_layers: asNumber(field('num_hidden_layers') ?? field('n_layer') ?? field('num_layers')),
    num_attention_heads: asNumber(field('num_attention_heads') ?? field('n_head')),
    num_key_value_heads: asNumber(field('num_key_value_heads')),
    head_dim: asNumber(field('head_dim')),
    vocab_size: asNumber(field('vocab_size')),
    max_position_embeddings: asNumber(field('max_position_embeddings') ?? field('n_positions')),
    rms_norm_eps: asNumber(field('rms_norm_eps')),
    rope_theta: asNumber(field('rope_theta') ?? rope['rope_theta']),
    tie_word_embeddings: field('tie_word_embeddings') === true,
    bos_token_id: asNumber(Array.isArray(bos) ? bos[0] : bos),
    quantization_config: asFields(field('quantization_config')),
    raw,
  };
}

function parseObject(text: string, file: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(
      'bad-config',
      `${file}: not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const fields = asFields(parsed);
  if (fields) return fields;
  throw new CheckpointError('bad-config', `${file}: expected a JSON object`);
}

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
