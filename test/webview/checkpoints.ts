import { elementCount, STORAGE_BITS, type StorageDtype } from '../../extension/core/checkpoint/storage-dtype';
import type { TensorInfo } from '../../extension/core/checkpoint/tensor';

type Shapes = readonly (readonly [name: string, shape: readonly number[], dtype?: StorageDtype])[];

/** Headers of a checkpoint whose tensors lie one behind the other in one file. */
export function headers(tensors: Shapes, dtype: StorageDtype): readonly TensorInfo[] {
  let offset = 0;
  return tensors.map(([name, shape, own = dtype]) => {
    const bytes = Math.ceil((elementCount(shape) * STORAGE_BITS[own]) / 8);
    const info = { name, dtype: own, shape, file: 'model.safetensors', offset, bytes };
    offset += bytes;
    return info;
  });
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

export interface LlamaSize {
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly keyValue: number;
  readonly vocabulary: number;
}

export const TINY: LlamaSize = { layers: 6, hidden: 256, intermediate: 704, keyValue: 128, vocabulary: 4096 };
export const LLAMA_405B: LlamaSize = {
  layers: 126,
  hidden: 16384,
  intermediate: 53248,
  keyValue: 1024,
  vocabulary: 128256,
};

/** A Llama with a tied embedding: 56 tensors with six layers. */
export function llama({ layers, hidden, intermediate, keyValue, vocabulary }: LlamaSize): Shapes {
  return [
    ['model.embed_tokens.weight', [vocabulary, hidden]],
    ...range(layers).flatMap((layer): Shapes => {
      const at = `model.layers.${layer}`;
      return [
        [`${at}.input_layernorm.weight`, [hidden]],
        [`${at}.mlp.down_proj.weight`, [hidden, intermediate]],
        [`${at}.mlp.gate_proj.weight`, [intermediate, hidden]],
        [`${at}.mlp.up_proj.weight`, [intermediate, hidden]],
        [`${at}.post_attention_layernorm.weight`, [hidden]],
        [`${at}.self_attn.k_proj.weight`, [keyValue, hidden]],
        [`${at}.self_attn.o_proj.weight`, [hidden, hidden]],
        [`${at}.self_attn.q_proj.weight`, [hidden, hidden]],
        [`${at}.self_attn.v_proj.weight`, [keyValue, hidden]],
      ];
    }),
    ['model.norm.weight', [hidden]],
  ];
}

/** A mixture of experts with DeepSeek V3's names: 61 layers of 256 experts make some 91,000 tensors. */
export function mixture(layers: number, experts: number): Shapes {
  const hidden = 7168;
  const scaled = (name: string, shape: readonly [number, number]): Shapes => [
    [`${name}.weight`, shape, 'F8_E4M3'],
    [`${name}.weight_scale_inv`, [Math.ceil(shape[0] / 128), Math.ceil(shape[1] / 128)], 'F32'],
  ];
  const mlp = (name: string, width: number): Shapes => [
    ...scaled(`${name}.down_proj`, [hidden, width]),
    ...scaled(`${name}.gate_proj`, [width, hidden]),
    ...scaled(`${name}.up_proj`, [width, hidden]),
  ];
  return [
    ['model.embed_tokens.weight', [129280, hidden]],
    ...range(layers).flatMap((layer): Shapes => {
      const at = `model.layers.${layer}`;
      const dense = layer < 3;
      return [
        [`${at}.input_layernorm.weight`, [hidden]],
        ...(dense ? mlp(`${at}.mlp`, 18432) : []),
        ...(dense ? [] : range(experts).flatMap((expert) => mlp(`${at}.mlp.experts.${expert}`, 2048))),
        ...(dense ? [] : mlp(`${at}.mlp.shared_experts`, 2048)),
        ...(dense ? [] : ([[`${at}.mlp.gate.weight`, [experts, hidden]]] as const)),
        [`${at}.post_attention_layernorm.weight`, [hidden]],
        [`${at}.self_attn.kv_a_layernorm.weight`, [512]],
        ...scaled(`${at}.self_attn.kv_a_proj_with_mqa`, [576, hidden]),
        ...scaled(`${at}.self_attn.kv_b_proj`, [32768, 512]),
        ...scaled(`${at}.self_attn.o_proj`, [hidden, 16384]),
        [`${at}.self_attn.q_a_layernorm.weight`, [1536]],
        ...scaled(`${at}.self_attn.q_a_proj`, [1536, hidden]),
        ...scaled(`${at}.self_attn.q_b_proj`, [24576, 1536]),
      ];
    }),
    ['model.norm.weight', [hidden]],
    ['lm_head.weight', [129280, hidden]],
  ];
}

/** A language model with a vision tower beside it, as Qwen2-VL names them. */
export function visionLanguage(): Shapes {
  return [
    ...llama({ layers: 28, hidden: 1536, intermediate: 8960, keyValue: 256, vocabulary: 151936 }),
    ['visual.patch_embed.proj.weight', [1280, 3, 2, 14, 14]],
    ...range(32).flatMap((block): Shapes => {
      const at = `visual.blocks.${block}`;
      return [
        [`${at}.attn.proj.bias`, [1280]],
        [`${at}.attn.proj.weight`, [1280, 1280]],
        [`${at}.attn.qkv.bias`, [3840]],
        [`${at}.attn.qkv.weight`, [3840, 1280]],
        [`${at}.mlp.fc1.bias`, [5120]],
        [`${at}.mlp.fc1.weight`, [5120, 1280]],
        [`${at}.mlp.fc2.bias`, [1280]],
        [`${at}.mlp.fc2.weight`, [1280, 5120]],
        [`${at}.norm1.bias`, [1280]],
        [`${at}.norm1.weight`, [1280]],
        [`${at}.norm2.bias`, [1280]],
        [`${at}.norm2.weight`, [1280]],
      ];
    }),
    ['visual.merger.ln_q.bias', [1280]],
    ['visual.merger.ln_q.weight', [1280]],
    ['visual.merger.mlp.0.bias', [5120]],
    ['visual.merger.mlp.0.weight', [5120, 5120]],
    ['visual.merger.mlp.2.bias', [1536]],
    ['visual.merger.mlp.2.weight', [1536, 5120]],
  ];
}
