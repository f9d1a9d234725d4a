import type { Role } from './tensor';

/** Where a name stands: layer and expert numbers taken out, the rest is its module. */
export interface Placement {
  readonly layer: number | undefined;
  readonly expert: number | undefined;
  readonly module: string;
}

/** `layers.3`, `h.3`, `blk.3`, `block.3`, `blocks.3` and, for encoders, `layer.3`. */
const LAYER = /(^|\.)(layers|layer|h|blk|blocks|block)\.(\d+)(?=\.|$)/;
const EXPERT = /(^|\.)(experts)\.(\d+)(?=\.|$)/;
/** What stands before the layer number in a model of one tower. */
const MAIN_TOWER =
  /^((model|transformer|gpt_neox|decoder|backbone|language_model|text_model)\.)*(layers|h|blk|blocks|block)$/;

/**
 * Layer, expert and module of a tensor name. The module of a layer's tensor starts behind the number
 * (`self_attn.q_proj.weight`); a second tower keeps its prefix (`visual.blocks.attn.qkv.weight`), so that its
 * layers do not fall into the columns of the language model.
 */
export function placeName(name: string): Placement {
  const layer = LAYER.exec(name);
  if (!layer) return { layer: undefined, expert: undefined, module: name };
  const prefix = name.slice(0, layer.index) + (layer[1] ?? '') + (layer[2] ?? '');
  const rest = name.slice(layer.index + layer[0].length + 1);
  const expert = EXPERT.exec(rest);
  const inside = expert ? rest.replace(EXPERT, '$1$2') : rest;
  return {
    layer: Number(layer[3]),
    expert: expert ? Number(expert[3]) : undefined,
    module: MAIN_TOWER.test(prefix) ? inside : `${prefix}.${inside}`,
  };
}

/** Names of modules, most particular first; matched against the name without `.weight` and numbers. */
const BY_NAME: readonly (readonly [RegExp, Role])[] = [
  [/(^|\.)(q_norm|k_norm|[a-z_]*layernorm|[a-z_]*layer_norm|[a-z_]*norm\d*|ln_[a-z0-9]+|ln\d*)(\.|$)/, 'norm'],
  [/(^|\.)attn_(q|k)_norm(\.|$)/, 'norm'],
  [/(^|\.)(router|ffn_gate_inp|gate_inp)(\.|$)|(^|\.)(block_sparse_moe|mlp|feed_forward)\.(gate|router)$/, 'router'],
  [/(^|\.)shared_expert_gate$/, 'router'],
  [/(^|\.)(lm_head|embed_out|output)$/, 'head'],
  [/(^|\.)(embed_tokens|wte|word_embeddings|embed_in|token_embd|tok_embeddings|wpe|embed_positions)$/, 'embedding'],
  [/(^|\.)(qkv_proj|query_key_value|c_attn|attn_qkv|Wqkv|qkv)$/, 'attention-qkv'],
  [/(^|\.)(q_proj|q_a_proj|q_b_proj|attn_q|wq|query)$/, 'attention-q'],
  [/(^|\.)(k_proj|attn_k|wk|key)$/, 'attention-k'],
  [/(^|\.)(v_proj|attn_v|wv|value)$/, 'attention-v'],
  [
    /(^|\.)(o_proj|out_proj|attn_output|wo|attention\.dense|self_attention\.dense)$|(^|\.)attn\.(c_proj|proj)$/,
    'attention-o',
  ],
  [/(^|\.)(gate_up_proj|gate_up)$/, 'mlp-gate-up'],
  [/(^|\.)(gate_proj|w1|ffn_gate|ffn_gate_exps)$/, 'mlp-gate'],
  [/(^|\.)(up_proj|w3|ffn_up|ffn_up_exps|c_fc|fc1|dense_h_to_4h|fc_in)$/, 'mlp-up'],
  [/(^|\.)(down_proj|w2|ffn_down|ffn_down_exps|fc2|dense_4h_to_h|fc_out)$|(^|\.)mlp\.c_proj$/, 'mlp-down'],
];

/** Tensors that another tool's quantization left beside a weight. */
const SCALE =
  /(weight_scale(_inv)?|weight_scale_2|input_scale|weight_zero_point|weight_shape|weight_global_scale|\.scales|\.biases|absmax|quant_map|nested_absmax|g_idx|qzeros|_scales)$/;

/** What a tensor does, from its name alone; `other` when nothing is known. */
export function roleOf(name: string): Role {
  if (SCALE.test(name) || /\.quant_state\./.test(name)) return 'scale';
  if (/(^|\.|_)bias$/.test(name)) return 'bias';
  const module = name.replace(/\.(weight|weight_packed|qweight)$/, '');
  return BY_NAME.find(([pattern]) => pattern.test(module))?.[1] ?? 'other';
}
