/**
 * What the conversion to GGUF did to a tensor's values (llama.cpp, convert_hf_to_gguf.py), so that it can be undone:
 * - paired-rows: rows of each head stand in pairs (0, half, 1, half + 1 ...), for a rotation of neighbours;
 * - plus-one: norms that were stored as the difference from 1 are whole;
 * - transposed: [inputs, outputs] became [outputs, inputs];
 * - grouped-heads: queries, keys and values fused head by head became all queries, all keys, all values;
 * - stacked: experts one by one became one tensor with an axis more;
 * - row: a matrix of one row became a vector.
 */
export type Conversion = 'paired-rows' | 'plus-one' | 'transposed' | 'grouped-heads' | 'stacked' | 'row';

/** Names without `.weight` or `.bias`; `{n}` is the layer, `{e}` the expert. */
export interface NameRule {
  readonly gguf: string;
  readonly huggingFace: string;
  readonly conversion?: Conversion;
}

type Pairs = Readonly<Record<string, string | readonly [string, Conversion]>>;

function rules(ggufPrefix: string, huggingFacePrefix: string, pairs: Pairs): readonly NameRule[] {
  return Object.entries(pairs).map(([gguf, named]): NameRule => {
    const [huggingFace, conversion] = typeof named === 'string' ? [named] : named;
    return {
      gguf: ggufPrefix + gguf,
      huggingFace: huggingFacePrefix + huggingFace,
      ...(conversion ? { conversion } : {}),
    };
  });
}

const layer = (pairs: Pairs): readonly NameRule[] => rules('blk.{n}.', 'model.layers.{n}.', pairs);

const TRUNK = rules('', '', { token_embd: 'model.embed_tokens', output_norm: 'model.norm', output: 'lm_head' });
const ATTENTION: Pairs = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
};
const NORMS_BEFORE: Pairs = { attn_norm: 'input_layernorm', ffn_norm: 'post_attention_layernorm' };
const NORMS_BEHIND: Pairs = {
  post_attention_norm: 'post_attention_layernorm',
  post_ffw_norm: 'post_feedforward_layernorm',
};
const MLP: Pairs = { ffn_gate: 'mlp.gate_proj', ffn_up: 'mlp.up_proj', ffn_down: 'mlp.down_proj' };

const PAIRED: Pairs = {
  ...ATTENTION,
  attn_q: ['self_attn.q_proj', 'paired-rows'],
  attn_k: ['self_attn.k_proj', 'paired-rows'],
};

const LLAMA = [...TRUNK, ...layer({ ...PAIRED, ...NORMS_BEFORE, ...MLP })];
const QWEN = [...TRUNK, ...layer({ ...ATTENTION, ...NORMS_BEFORE, ...MLP })];

const MIXTRAL = [
  ...TRUNK,
  ...layer({
    ...PAIRED,
    ...NORMS_BEFORE,
    ffn_gate_inp: 'block_sparse_moe.gate',
    ffn_gate_exps: ['block_sparse_moe.experts.{e}.w1', 'stacked'],
    ffn_down_exps: ['block_sparse_moe.experts.{e}.w2', 'stacked'],
    ffn_up_exps: ['block_sparse_moe.experts.{e}.w3', 'stacked'],
  }),
];

const QWEN_MOE = [
  ...QWEN,
  ...layer({
    ffn_gate_inp: 'mlp.gate',
    ffn_gate_exps: ['mlp.experts.{e}.gate_proj', 'stacked'],
    ffn_up_exps: ['mlp.experts.{e}.up_proj', 'stacked'],
    ffn_down_exps: ['mlp.experts.{e}.down_proj', 'stacked'],
    ffn_gate_inp_shexp: ['mlp.shared_expert_gate', 'row'],
    ffn_gate_shexp: 'mlp.shared_expert.gate_proj',
    ffn_up_shexp: 'mlp.shared_expert.up_proj',
    ffn_down_shexp: 'mlp.shared_expert.down_proj',
  }),
];

/** All norms of Gemma are stored as the difference from 1 where they come from. */
const GEMMA = [
  ...TRUNK,
  ...layer({
    ...ATTENTION,
    ...MLP,
    ...NORMS_BEHIND,
    attn_norm: 'input_layernorm',
    ffn_norm: 'pre_feedforward_layernorm',
  }),
].map((rule): NameRule => (rule.gguf.endsWith('norm') ? { ...rule, conversion: 'plus-one' } : rule));

const OLMO2 = [...TRUNK, ...layer({ ...ATTENTION, ...MLP, ...NORMS_BEHIND })];

const PHI3 = [
  ...TRUNK,
  ...layer({
    ...NORMS_BEFORE,
    attn_qkv: 'self_attn.qkv_proj',
    attn_output: 'self_attn.o_proj',
    ffn_up: 'mlp.gate_up_proj',
    ffn_down: 'mlp.down_proj',
  }),
];

const GPT2 = [
  ...rules('', '', {
    token_embd: 'transformer.wte',
    position_embd: 'transformer.wpe',
    output_norm: 'transformer.ln_f',
    output: 'lm_head',
  }),
  ...rules('blk.{n}.', 'transformer.h.{n}.', {
    attn_norm: 'ln_1',
    attn_qkv: ['attn.c_attn', 'transposed'],
    attn_output: ['attn.c_proj', 'transposed'],
    ffn_norm: 'ln_2',
    ffn_up: ['mlp.c_fc', 'transposed'],
    ffn_down: ['mlp.c_proj', 'transposed'],
  }),
];

const GPT_NEOX = [
  ...rules('', '', {
    token_embd: 'gpt_neox.embed_in',
    output_norm: 'gpt_neox.final_layer_norm',
    output: 'embed_out',
  }),
  ...rules('blk.{n}.', 'gpt_neox.layers.{n}.', {
    ...NORMS_BEFORE,
    attn_qkv: ['attention.query_key_value', 'grouped-heads'],
    attn_output: 'attention.dense',
    ffn_up: 'mlp.dense_h_to_4h',
    ffn_down: 'mlp.dense_4h_to_h',
  }),
];

/** By `model_type` of the config that is made from the metadata. */
export const NAME_TABLES: ReadonlyMap<string, readonly NameRule[]> = new Map([
  ['gemma2', GEMMA],
  ['gemma3_text', GEMMA],
  ['gpt2', GPT2],
  ['gpt_neox', GPT_NEOX],
  ['llama', LLAMA],
  ['mixtral', MIXTRAL],
  ['olmo2', OLMO2],
  ['phi3', PHI3],
  ['qwen2', QWEN],
  ['qwen2_moe', QWEN_MOE],
  ['qwen3', QWEN],
  ['qwen3_moe', QWEN_MOE],
]);
