import { CheckpointError } from './checkpoint-error';
import { quote, scanJson } from './json-scanner';
import type { ModelConfig } from './model-config';

type Json = Readonly<Record<string, unknown>>;

/** Where configs of several towers keep the language model's part. */
const TEXT_PARTS = ['text_config', 'language_config', 'llm_config', 'thinker_config'];

/** Older families name the same figure otherwise. */
const SYNONYMS = {
  hidden_size: ['hidden_size', 'n_embd', 'n_embed', 'd_model'],
  intermediate_size: ['intermediate_size', 'n_inner', 'ffn_dim'],
  num_hidden_layers: ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers'],
  num_attention_heads: ['num_attention_heads', 'n_head', 'n_heads'],
  num_key_value_heads: ['num_key_value_heads', 'num_kv_heads'],
  head_dim: ['head_dim'],
  vocab_size: ['vocab_size'],
  max_position_embeddings: ['max_position_embeddings', 'n_positions', 'max_seq_len'],
  bos_token_id: ['bos_token_id'],
} as const;

/**
 * Decoder families whose class ties embedding and head unless the file says otherwise (transformers 5.23,
 * `tie_word_embeddings: bool = True`); their files leave the key out, as only differences are written.
 */
const TIED_BY_DEFAULT = new Set(
  (
    'bloom cohere cohere2 cohere2_moe ernie4_5 ernie4_5_moe falcon falcon_mamba gemma gemma2 gemma3 ' +
    'gemma3_text gemma3n gemma3n_text gemma4 gemma4_text gpt2 gpt_bigcode gpt_neo jetmoe lfm2 lfm2_moe mamba ' +
    'minicpm3 mpt opt paligemma recurrent_gemma smollm3 starcoder2 t5 vaultgemma xglm zamba zamba2'
  ).split(' '),
);

/**
 * Parses a `config.json`. Takes `NaN` and `Infinity`, because Python writes them. In configs of several towers
 * the figures are the language model's. Throws CheckpointError, naming `file` and the field that is not what
 * it should be; fields that are missing, null or a list a layer are undefined.
 */
export function parseModelConfig(text: string, file = 'config.json'): ModelConfig {
  const scanner = scanJson(new TextEncoder().encode(text), { where: file, pythonNumbers: true });
  const raw = scanner.value();
  scanner.end();
  if (!isObject(raw)) throw new CheckpointError('bad-config', `${file}: expected an object, found ${describe(raw)}`);
  const inner = textPart(raw);
  const field = (key: keyof typeof SYNONYMS): number | undefined =>
    first(inner, SYNONYMS[key], file, true) ?? first(raw, SYNONYMS[key], file, true);
  const real = (key: string): number | undefined => first(inner, [key], file, false) ?? first(raw, [key], file, false);
  return {
    model_type: textOf(raw['model_type']),
    architectures: strings(raw['architectures']) ?? strings(inner['architectures']) ?? [],
    hidden_size: field('hidden_size'),
    intermediate_size: field('intermediate_size'),
    num_hidden_layers: field('num_hidden_layers'),
    num_attention_heads: field('num_attention_heads'),
    num_key_value_heads: field('num_key_value_heads'),
    head_dim: field('head_dim'),
    vocab_size: field('vocab_size'),
    max_position_embeddings: field('max_position_embeddings'),
    rms_norm_eps: real('rms_norm_eps'),
    rope_theta: real('rope_theta') ?? ropeTheta(inner, file) ?? ropeTheta(raw, file),
    tie_word_embeddings: tied(raw, inner),
    bos_token_id: field('bos_token_id'),
    quantization_config: [raw, inner].map((part) => part['quantization_config']).find(isObject),
    raw,
  };
}

/** The innermost language part, the config itself when there is none. */
function textPart(config: Json): Json {
  const part = TEXT_PARTS.map((key) => config[key]).find(isObject);
  return part ? textPart(part) : config;
}

function first(part: Json, keys: readonly string[], file: string, whole: boolean): number | undefined {
  for (const key of keys) {
    const listed = part[key];
    // Several tokens may begin a text; the first is the usual one.
    const value: unknown = key === 'bos_token_id' && Array.isArray(listed) ? listed[0] : listed;
    // A list holds one figure a layer (Gemma 3n): no single figure to give.
    if (value === undefined || value === null || Array.isArray(value)) continue;
    if (typeof value === 'number' && (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) && value >= 0) {
      return value;
    }
    // -1 is a common way to say "none".
    if (value === -1) continue;
    const wanted = whole ? 'an integer of 0 or more' : 'a number of 0 or more';
    throw new CheckpointError('bad-config', `${file}: ${key} is ${describe(value)}, expected ${wanted}`);
  }
  return undefined;
}

/** transformers 5 keeps it in `rope_parameters`, which may differ by the kind of attention. */
function ropeTheta(part: Json, file: string): number | undefined {
  const parameters = part['rope_parameters'];
  if (!isObject(parameters)) return undefined;
  const full = parameters['full_attention'];
  return first(isObject(full) ? full : parameters, ['rope_theta'], file, false);
}

function tied(raw: Json, inner: Json): boolean {
  const said = [raw, inner].map((part) => part['tie_word_embeddings']).find((value) => typeof value === 'boolean');
  if (said !== undefined) return said;
  return TIED_BY_DEFAULT.has(textOf(inner['model_type']) ?? textOf(raw['model_type']) ?? '');
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function strings(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}
