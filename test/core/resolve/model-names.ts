import { storageBytes, type StorageDtype } from '../../../extension/core/checkpoint/storage-dtype';
import type { ModelConfig } from '../../../extension/core/checkpoint/model-config';
import type { TensorInfo, TensorTree } from '../../../extension/core/checkpoint/tensor';
import { buildTensorTree } from '../../../extension/core/checkpoint/tree';

/** A checkpoint written as a table: name, shape, dtype (BF16 when not given). */
export type TensorRow = readonly [name: string, shape: readonly number[], dtype?: StorageDtype];

const UNTIED: ModelConfig = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 6,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  head_dim: 32,
  vocab_size: 2048,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: false,
  bos_token_id: 0,
  quantization_config: undefined,
  raw: {},
};

export function treeOf(rows: readonly TensorRow[], tied = false): TensorTree {
  let offset = 0;
  const tensors = rows.map(([name, shape, dtype = 'BF16']): TensorInfo => {
    const bytes = storageBytes(dtype, shape);
    offset += bytes;
    return { name, dtype, shape, file: 'model.safetensors', offset: offset - bytes, bytes };
  });
  return buildTensorTree(tensors, { ...UNTIED, tie_word_embeddings: tied });
}

/** Six layers of a small Llama: hidden 256, intermediate 512, 8 heads, 2 key-value heads. */
export function llamaRows(layers = 6): readonly TensorRow[] {
  const layer = (at: number): readonly TensorRow[] =>
    (
      [
        ['input_layernorm.weight', [256]],
        ['mlp.down_proj.weight', [256, 512]],
        ['mlp.gate_proj.weight', [512, 256]],
        ['mlp.up_proj.weight', [512, 256]],
        ['post_attention_layernorm.weight', [256]],
        ['self_attn.k_proj.weight', [64, 256]],
        ['self_attn.o_proj.weight', [256, 256]],
        ['self_attn.q_proj.weight', [256, 256]],
        ['self_attn.v_proj.weight', [64, 256]],
      ] as const
    ).map(([name, shape]) => [`model.layers.${at}.${name}`, shape]);
  return [
    ['model.embed_tokens.weight', [2048, 256]],
    ...Array.from({ length: layers }, (_, at) => layer(at)).flat(),
    ['model.norm.weight', [256]],
  ];
}

/** One layer of a mixture of four experts with a router. */
export const MIXTURE_ROWS: readonly TensorRow[] = [
  ['model.embed_tokens.weight', [2048, 256]],
  ['model.layers.0.mlp.gate.weight', [4, 256]],
  ...Array.from({ length: 4 }, (_, expert) =>
    ['gate_proj', 'up_proj', 'down_proj'].map((name): TensorRow => [
      `model.layers.0.mlp.experts.${expert}.${name}.weight`,
      [256, 256],
    ]),
  ).flat(),
  ['lm_head.weight', [2048, 256]],
];

/** A checkpoint whose values somebody has looked at. */
function surveyed(): TensorTree {
  const usual = { min: -1, max: 1, std: 0.1, nan: 0, infinite: 0 };
  const tree = treeOf(llamaRows(2));
  const statistics = new Map(tree.tensors.map(({ name }) => [name, usual]));
  statistics.set('model.layers.1.mlp.down_proj.weight', { ...usual, max: 72_000, std: 300 });
  statistics.set('model.layers.1.mlp.up_proj.weight', { ...usual, nan: 2, infinite: 1 });
  statistics.set('model.layers.0.self_attn.o_proj.weight', { ...usual, min: -500 });
  return { ...tree, statistics };
}

/** The checkpoints that fixtures name. */
export const CHECKPOINTS: ReadonlyMap<string, TensorTree> = new Map([
  ['llama', treeOf(llamaRows())],
  ['llama12', treeOf(llamaRows(12))],
  [
    'router',
    treeOf([
      ['model.layers.0.mlp.gate.weight', [4, 256]],
      ['model.layers.0.mlp.gate_proj.weight', [512, 256]],
      ['model.layers.0.self_attn.kv_proj.weight', [128, 256]],
      ['model.layers.1.self_attn.qkv_proj.weight', [384, 256]],
    ]),
  ],
  [
    'stacked',
    treeOf([
      ['model.embed_tokens.weight', [2048, 256]],
      ['model.layers.0.self_attn.o_proj.weight', [256, 256]],
      ['model.layers.0.mlp.experts.gate_up_proj', [4, 256, 256]],
      ['model.layers.0.mlp.experts.down_proj', [4, 256, 256]],
    ]),
  ],
  [
    'wide',
    treeOf([
      ['model.layers.0.mlp.down_proj.weight', [256, 11008]],
      ['model.layers.0.mlp.up_proj.weight', [512, 256]],
      ['model.layers.0.mlp.gate_proj.weight', [512, 256]],
    ]),
  ],
  ['surveyed', surveyed()],
  ['mixture', treeOf(MIXTURE_ROWS)],
  ['tied', treeOf([...llamaRows(2), ['lm_head.weight', [2048, 256]]], true)],
  [
    'quantized',
    treeOf([
      ['model.layers.0.mlp.up_proj.weight', [512, 256], 'F8_E4M3'],
      ['model.layers.0.mlp.up_proj.weight_scale_inv', [4, 2], 'F32'],
      ['model.layers.0.mlp.down_proj.weight_packed', [256, 64], 'I32'],
    ]),
  ],
]);
