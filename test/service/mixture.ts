import type { TensorTree } from '../../extension/core/checkpoint/tensor';
import { treeOf, type TensorRow } from '../core/resolve/model-names';

const HIDDEN = 7168;

/** Names and shapes of a mixture of experts of the largest kind: 61 layers, 256 experts, over 90,000 tensors. */
export function mixtureTree(): TensorTree {
  const layers = Array.from({ length: 61 }, (_, layer) => layerRows(layer));
  return treeOf([
    ['model.embed_tokens.weight', [129_280, HIDDEN]],
    ...layers.flat(),
    ['model.norm.weight', [HIDDEN]],
    ['lm_head.weight', [129_280, HIDDEN]],
  ]);
}

function layerRows(layer: number): readonly TensorRow[] {
  const prefix = `model.layers.${layer}`;
  const norms = ['input_layernorm', 'post_attention_layernorm', 'self_attn.q_a_layernorm'];
  return [
    ...norms.map((name): TensorRow => [`${prefix}.${name}.weight`, [HIDDEN]]),
    ...matrix(`${prefix}.self_attn.q_a_proj`, 1536, HIDDEN),
    ...matrix(`${prefix}.self_attn.q_b_proj`, 24_576, 1536),
    ...matrix(`${prefix}.self_attn.kv_b_proj`, 32_768, 512),
    ...matrix(`${prefix}.self_attn.o_proj`, HIDDEN, 16_384),
    ...(layer < 3 ? mlpRows(`${prefix}.mlp`, 18_432) : expertRows(`${prefix}.mlp`)),
  ];
}

function expertRows(prefix: string): readonly TensorRow[] {
  const experts = Array.from({ length: 256 }, (_, expert) => mlpRows(`${prefix}.experts.${expert}`, 2048));
  return [[`${prefix}.gate.weight`, [256, HIDDEN]], ...mlpRows(`${prefix}.shared_experts`, 2048), ...experts.flat()];
}

function mlpRows(prefix: string, width: number): readonly TensorRow[] {
  return [
    ...matrix(`${prefix}.gate_proj`, width, HIDDEN),
    ...matrix(`${prefix}.up_proj`, width, HIDDEN),
    ...matrix(`${prefix}.down_proj`, HIDDEN, width),
  ];
}

/** A matrix and the scales that an earlier quantization left beside it. */
function matrix(name: string, rows: number, columns: number): readonly TensorRow[] {
  return [
    [`${name}.weight`, [rows, columns]],
    [`${name}.weight_scale_inv`, [Math.ceil(rows / 128), Math.ceil(columns / 128)], 'F32'],
  ];
}
