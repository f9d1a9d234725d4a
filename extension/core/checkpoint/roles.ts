import type { Role } from './tensor';

/** What a module's name says about it; the same for all layers and experts. */
export interface NameParts {
  /** Segments before the owner: `model.layers.3.self_attn.q_proj.weight` -> `self_attn`. */
  readonly path: string;
  /** The segment that owns the weight: `q_proj`; empty for a name that is a parameter only. */
  readonly owner: string;
  /** `weight`, `bias`, `weight_packed` ...; empty for a bare name. */
  readonly parameter: string;
}

/** Parameters that hold a layer's weights; what follows the owner in nearly every name. */
const WEIGHT = /^(weight|weight_packed|qweight|linear)$/;
const BIAS = /(^|_)bias$/;
/** Scales, zero points and code books that quantizers write beside the weights (AWQ, GPTQ, MLX, bitsandbytes ...). */
const COMPANION =
  /^(weight|input|output|activation|[qkv]|kv)_(scale|scale_inv|scale_2|global_scale|zero_point|shape|g_idx)$|^weight_scale|_scales$|^(scales|biases|qzeros|g_idx|zero_point|absmax|quant_map|nested_absmax|nested_quant_map|SCB|bitsandbytes__\w+|[qkv]_scale)$/;

const NORM = /norm|(^|_)ln(_|\d|$)/i;
const ATTENTION = /att/i;
const EXPERTS = /(^|\.)experts?(\.|$)|_exps$/;
const MLP = /mlp|moe|ffn|feed_forward|ff$|experts|dense_?relu_?dense/i;

const EMBEDDING =
  /^(wte|wpe|word_embeddings?|tok_embeddings|token_embd|embed_(tokens|in|positions)\w*|embeddings?|\w*(position|positional|pos|patch|token_type|class|word|token)_embed(d|ding|dings)?\w*|embed|wte_\w+)$/;
const HEAD = /^(lm_head|embed_out|output|score|classifier|out_proj|ff_out)$/;

/** Owners whose role does not depend on where they stand. */
const BY_OWNER: readonly (readonly [RegExp, Role])[] = [
  [/^(q_proj|q_a_proj|q_b_proj|wq|attn_q|attn_q_[ab]|q_lin|to_q|query|wq_[ab])$/, 'attention-q'],
  [/^(k_proj|wk|attn_k|k_lin|to_k|key)$/, 'attention-k'],
  [/^(v_proj|wv|attn_v|v_lin|to_v|value)$/, 'attention-v'],
  [
    /^(qkv_proj|qkv|Wqkv|wqkv|W_pack|c_attn|query_key_value|attn_qkv|att_proj|in_proj_weight|in_proj_qkvz?)$/,
    'attention-qkv',
  ],
  [/^(kv_proj|kv_a_proj_with_mqa|kv_b_proj|wkv_[ab]|attn_kv_a_mqa|attn_kv_b|[kv]v?_b_proj)$/, 'attention-qkv'],
  [/^(o_proj|attn_out|attn_output|to_out|out_lin)$/, 'attention-o'],
  [/^(gate_up_proj|gate_up_proj_blocks|ff_proj|w13|gate_up)$/, 'mlp-gate-up'],
  [/^(gate_proj|ffn_gate|ffn_gate_exps|ffn_gate_shexp|wi_0)$/, 'mlp-gate'],
  [/^(up_proj|ffn_up|ffn_up_exps|ffn_up_shexp|c_fc|dense_h_to_4h|fc1|fc_in|lin1|linear_fc1|wi|wi_1)$/, 'mlp-up'],
  [
    /^(down_proj|down_proj_blocks|ffn_down|ffn_down_exps|ffn_down_shexp|dense_4h_to_h|fc2|fc_out|lin2|linear_fc2)$/,
    'mlp-down',
  ],
  [/^(router|shared_expert_gate|ffn_gate_inp|ffn_gate_inp_shexp)$/, 'router'],
];

/** Splits what `placeName` left of a name. */
export function nameParts(inner: string): NameParts {
  const segments = inner.split('.');
  let last = segments.length - 1;
  const parameter: string[] = [];
  // Gemma wraps its vision tower's projections: `q_proj.linear.weight`. quant_state.* has two segments.
  while (last > 0 && (isParameter(segments[last]!) || segments[last] === 'quant_state')) {
    parameter.unshift(segments[last--]!);
  }
  return { path: segments.slice(0, last).join('.'), owner: segments[last]!, parameter: parameter.join('.') };
}

function isParameter(segment: string): boolean {
  return WEIGHT.test(segment) || BIAS.test(segment) || COMPANION.test(segment);
}

/**
 * What a tensor does, from its name alone. `inner` and `inLayer` come from `placeName`; `has` tells which other
 * modules stand in the same tower, for the names `w1` and `w2`, which families use in three ways.
 */
export function roleOf(inner: string, inLayer: boolean, has: (inner: string) => boolean): Role {
  const { path, owner, parameter } = nameParts(inner);
  const last = parameter.slice(parameter.lastIndexOf('.') + 1);
  if (COMPANION.test(last || owner) || parameter.includes('quant_state')) return 'scale';
  if (NORM.test(owner)) return 'norm';
  if (BIAS.test(last || owner)) return 'bias';
  if (isRouter(path, owner)) return 'router';
  const known = BY_OWNER.find(([pattern]) => pattern.test(owner));
  // In BERT, `key`, `query` and `value` stand in attention; elsewhere they may be anything.
  if (known && !(/^(key|query|value)$/.test(owner) && !ATTENTION.test(path))) return known[1];
  if (!inLayer && isEmbedding(path, owner)) return 'embedding';
  if (!inLayer && HEAD.test(owner) && !ATTENTION.test(path)) return 'head';
  if (/^(w[123]|w1_\w|linear_v)$/.test(owner))
    return numberedRole(path, owner, (name) => has(inner.replace(owner, name)));
  if (/^(o|wo|proj|c_proj|dense|out_proj|wo_[ab])$/.test(owner)) {
    if (ATTENTION.test(path) && !MLP.test(path)) return 'attention-o';
    if (owner === 'wo' && path === '') return 'attention-o';
    if (MLP.test(path)) return 'mlp-down';
  }
  if (owner === 'dense') return path === 'intermediate' ? 'mlp-up' : path === 'output' ? 'mlp-down' : 'other';
  return owner === 'ff_out' ? 'mlp-down' : 'other';
}

function isRouter(path: string, owner: string): boolean {
  if (/(^|\.)router$/.test(path)) return true;
  return (owner === 'gate' && MLP.test(path)) || (owner === 'wg' && /(^|\.)gate$/.test(path));
}

function isEmbedding(path: string, owner: string): boolean {
  return EMBEDDING.test(owner) || /(^|\.)(patch_embed|patch_embedder|wte)$/.test(path);
}

/** Mixtral: w1 gate, w2 down, w3 up. Qwen-1: w1 up, w2 gate, c_proj down. Two only: w1 up, w2 down. */
function numberedRole(path: string, owner: string, has: (owner: string) => boolean): Role {
  if (!MLP.test(path) && path !== '') return 'other';
  if (has('w3')) return owner === 'w1' ? 'mlp-gate' : owner === 'w3' ? 'mlp-up' : 'mlp-down';
  if (has('c_proj')) return owner === 'w2' ? 'mlp-gate' : 'mlp-up';
  return owner === 'w1' ? 'mlp-up' : 'mlp-down';
}

/** Whether it is one of several experts or holds them all in one tensor. */
export function isExpert(inner: string): boolean {
  const { path, owner } = nameParts(inner);
  return EXPERTS.test(path) || EXPERTS.test(owner);
}

/** Whether these are weights, not a bias or a scale beside them. */
export function isWeight(inner: string): boolean {
  const { parameter, owner } = nameParts(inner);
  return (parameter === '' && !BIAS.test(owner)) || /^(linear\.)?(weight|weight_packed|qweight)$/.test(parameter);
}

/** The embedding of tokens, the one a head can be tied to. */
export function isTokenEmbedding(name: string): boolean {
  return /(^|\.)(embed_tokens|wte|word_embeddings|embed_in|tok_embeddings|token_embd)(\.embedding)?(\.weight)?$/.test(
    name,
  );
}
