import type { FamilySource, Json } from './config';

/**
 * What config.json of each architecture says beyond the sizes, by GGUF's `general.architecture`. Where the metadata
 * leaves something out, it is what llama.cpp's own forward pass has for the architecture.
 */
export const FAMILIES: ReadonlyMap<string, (source: FamilySource) => Json> = new Map([
  ['llama', llama],
  ['qwen2', () => ({ model_type: 'qwen2', architectures: ['Qwen2ForCausalLM'] })],
  ['qwen3', () => ({ model_type: 'qwen3', architectures: ['Qwen3ForCausalLM'] })],
  ['qwen2moe', qwen2Moe],
  ['qwen3moe', qwen3Moe],
  ['gemma2', gemma2],
  ['gemma3', gemma3],
  ['olmo2', () => ({ model_type: 'olmo2', architectures: ['Olmo2ForCausalLM'] })],
  ['phi3', phi3],
  ['gpt2', gpt2],
  ['gptneox', gptNeox],
]);

/** Mistral and Mixtral are Llamas to GGUF. */
function llama(source: FamilySource): Json {
  const { fields, has } = source;
  const experts = fields.number('expert_count') ?? 0;
  const rotated = { partial_rotary_factor: rotatedShare(source) };
  if (experts > 0) {
    return {
      ...rotated,
      model_type: 'mixtral',
      architectures: ['MixtralForCausalLM'],
      num_local_experts: experts,
      num_experts_per_tok: fields.number('expert_used_count'),
      sliding_window: null,
    };
  }
  return {
    ...rotated,
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    attention_bias: has('blk.0.attn_q.bias'),
    mlp_bias: has('blk.0.ffn_gate.bias'),
  };
}

function qwen2Moe(source: FamilySource): Json {
  const shared = source.fields.number('expert_shared_feed_forward_length');
  return {
    ...qwenExperts(source),
    model_type: 'qwen2_moe',
    architectures: ['Qwen2MoeForCausalLM'],
    shared_expert_intermediate_size: shared,
    norm_topk_prob: source.fields.flag('expert_weights_norm') ?? false,
  };
}

function qwen3Moe(source: FamilySource): Json {
  const named = { model_type: 'qwen3_moe', architectures: ['Qwen3MoeForCausalLM'] };
  return { ...qwenExperts(source), ...named, norm_topk_prob: source.fields.flag('expert_weights_norm') ?? true };
}

function qwenExperts({ fields, has }: FamilySource): Json {
  const layers = Array.from({ length: Math.min(fields.number('block_count') ?? 0, 10_000) }, (_, n) => n);
  return {
    num_experts: fields.number('expert_count'),
    num_experts_per_tok: fields.number('expert_used_count'),
    moe_intermediate_size: fields.number('expert_feed_forward_length'),
    decoder_sparse_step: 1,
    mlp_only_layers: layers.filter((n) => !has(`blk.${n}.ffn_gate_inp.weight`)),
  };
}

function gemma2(source: FamilySource): Json {
  const { fields } = source;
  return {
    model_type: 'gemma2',
    architectures: ['Gemma2ForCausalLM'],
    query_pre_attn_scalar: queryScalar(source, 46),
    attn_logit_softcapping: fields.number('attn_logit_softcapping'),
    final_logit_softcapping: fields.number('final_logit_softcapping'),
    sliding_window: fields.number('attention.sliding_window'),
  };
}

function gemma3(source: FamilySource): Json {
  const { fields } = source;
  return {
    model_type: 'gemma3_text',
    architectures: ['Gemma3ForCausalLM'],
    query_pre_attn_scalar: queryScalar(source, 62),
    rope_local_base_freq: fields.number('rope.freq_base_swa') ?? 10_000,
    sliding_window: fields.number('attention.sliding_window'),
    sliding_window_pattern: fields.number('attention.sliding_window_pattern') ?? 6,
    final_logit_softcapping: fields.number('final_logit_softcapping'),
  };
}

/** The head's size, but in the 27-billion models, which llama.cpp too tells by their number of layers. */
function queryScalar({ fields }: FamilySource, largestLayers: number): number | undefined {
  const hidden = fields.number('embedding_length');
  const heads = fields.number('attention.head_count');
  const largest = fields.number('block_count') === largestLayers && hidden !== undefined && heads !== undefined;
  return largest ? hidden / heads : fields.number('attention.key_length');
}

function phi3(source: FamilySource): Json {
  const { fields } = source;
  const window = fields.number('attention.sliding_window');
  return {
    model_type: 'phi3',
    architectures: ['Phi3ForCausalLM'],
    partial_rotary_factor: rotatedShare(source),
    original_max_position_embeddings: fields.number('rope.scaling.original_context_length'),
    sliding_window: window === 0 ? null : window,
  };
}

function gpt2({ fields }: FamilySource): Json {
  const epsilon = fields.number('attention.layer_norm_epsilon');
  return { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], layer_norm_epsilon: epsilon };
}

function gptNeox(source: FamilySource): Json {
  const { fields } = source;
  return {
    model_type: 'gpt_neox',
    architectures: ['GPTNeoXForCausalLM'],
    layer_norm_eps: fields.number('attention.layer_norm_epsilon'),
    rotary_pct: rotatedShare(source),
    use_parallel_residual: fields.flag('use_parallel_residual'),
  };
}

/** Which share of a head is turned. */
function rotatedShare({ fields }: FamilySource): number | undefined {
  const rotated = fields.number('rope.dimension_count');
  const hidden = fields.number('embedding_length');
  const heads = fields.number('attention.head_count');
  const size = fields.number('attention.key_length') ?? (hidden && heads ? hidden / heads : undefined);
  return rotated && size ? rotated / size : undefined;
}
