import type { TensorInfo } from '../tensor';
import { FAMILIES } from './config-families';
import { fieldsOf, type GgufFields } from './fields';
import { llama3Scaling } from './llama3-scaling';
import type { GgufMetadata } from './metadata';

export type Json = Readonly<Record<string, unknown>>;

/** What a config is made from. */
export interface ConfigSource {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly TensorInfo[];
  /** Factors of rotary frequencies by tensor name: `rope_freqs.weight`, `rope_factors_long.weight` and `_short`. */
  readonly factors: ReadonlyMap<string, readonly number[]>;
}

/** What the families' own parts are made from. */
export interface FamilySource extends ConfigSource {
  readonly fields: GgufFields;
  readonly has: (name: string) => boolean;
}

/**
 * The `config.json` that a GGUF file's metadata stands for, so that everything that reads one works unchanged. Of an
 * architecture that is not known it names the sizes only; `model_type` is then GGUF's own name of it.
 */
export function ggufConfig(source: ConfigSource): Json {
  const { metadata, tensors } = source;
  const architecture = metadata.get('general.architecture');
  const name = typeof architecture === 'string' ? architecture : 'unknown';
  const names = new Set(tensors.map((tensor) => tensor.name));
  const fields = fieldsOf(metadata, name);
  const family = FAMILIES.get(name);
  const all: FamilySource = { ...source, fields, has: (tensor) => names.has(tensor) };
  const config: Json = {
    model_type: name,
    ...sizes(all),
    ...rotary(all),
    tie_word_embeddings: !names.has('output.weight'),
    bos_token_id: metadata.get('tokenizer.ggml.bos_token_id'),
    eos_token_id: metadata.get('tokenizer.ggml.eos_token_id'),
    ...family?.(all),
  };
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}

function sizes({ fields, tensors }: FamilySource): Json {
  const { number } = fields;
  return {
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: number('attention.head_count'),
    num_key_value_heads: number('attention.head_count_kv'),
    head_dim: number('attention.key_length'),
    vocab_size: tensors.find(({ name }) => name === 'token_embd.weight')?.shape[0],
    max_position_embeddings: number('context_length'),
    rms_norm_eps: number('attention.layer_norm_rms_epsilon'),
  };
}

/** `rope_theta` and `rope_scaling`. */
function rotary({ fields, factors }: FamilySource): Json {
  const { number, text } = fields;
  const original = number('rope.scaling.original_context_length');
  const kind = text('rope.scaling.type');
  const factor = number('rope.scaling.factor') ?? number('rope.scale_linear');
  const theta = { rope_theta: number('rope.freq_base') };
  const long = factors.get('rope_factors_long.weight');
  const short = factors.get('rope_factors_short.weight');
  const usual = original ?? number('context_length');
  if (long && short) {
    const attention = { attention_factor: number('rope.scaling.attn_factor') };
    return { ...theta, ...longrope(short, long, attention, usual) };
  }
  const freqs = factors.get('rope_freqs.weight');
  if (freqs) {
    const llama3 = llama3Scaling(freqs, theta.rope_theta ?? 10_000);
    return llama3
      ? { ...theta, rope_scaling: llama3 }
      : { ...theta, ...longrope(freqs, freqs, { attention_factor: 1 }, usual) };
  }
  if (kind === undefined || kind === 'none') {
    return factor === undefined || factor === 1 ? theta : { ...theta, rope_scaling: { rope_type: 'linear', factor } };
  }
  const scaling = { rope_type: kind, factor, original_max_position_embeddings: original };
  return { ...theta, rope_scaling: scaling };
}

function longrope(
  short: readonly number[],
  long: readonly number[],
  attention: Json,
  original: number | undefined,
): Json {
  const factors = { short_factor: short, long_factor: long };
  const scaling = { rope_type: 'longrope', factor: 1, ...attention, ...factors };
  return { rope_scaling: { ...scaling, original_max_position_embeddings: original } };
}
