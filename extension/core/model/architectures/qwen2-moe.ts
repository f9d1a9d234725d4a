import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { Block, ModelGraph, TensorNames } from '../graph';
import type { Scope } from '../describe/declare';
import { hasExperts, qwenExperts } from '../describe/qwen-experts';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';
import { windowOf } from '../describe/sliding-window';

/** Qwen 1.5 and 2 mixtures (Yang et al. 2024): Qwen 2 with many small experts and one that every token goes through. */
export function qwen2Moe(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config);
  const { hidden } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const qkvBias = fields.flag('qkv_bias', true);
  const sliding = fields.flag('use_sliding_window', false) ? fields.optional('sliding_window', 4096) : undefined;
  const last = fields.whole('max_window_layers', 28);
  const window = windowOf(fields, sliding, (layer) => layer % 2 === 0 && layer < last);
  const activation = fields.activation('hidden_act', 'silu');
  const sparse = hasExperts(fields);
  const shared = { hidden, intermediate: fields.whole('shared_expert_intermediate_size', 5632), activation };
  const mixture = (at: Scope): Block => ({
    ...qwenExperts(at, sizes, fields, { experts: 60, chosen: 4, intermediate: 1408 }),
    shared: { mlp: gatedMlp(at.within('shared_expert.'), shared), gate: at.linear('shared_expert_gate', 1, hidden) },
  });
  return rmsDecoder(config, names, {
    architecture: 'qwen2_moe',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, sizes.headSize)],
    layer: (at, n) => [
      [
        {
          before: at.rms('input_layernorm', hidden, epsilon),
          block: selfAttention(at, sizes, { qkvBias, window: window(n) }),
        },
      ],
      [
        {
          before: at.rms('post_attention_layernorm', hidden, epsilon),
          block: sparse(n) ? mixture(at.within('mlp.')) : gatedMlp(at.within('mlp.'), { ...sizes, activation }),
        },
      ],
    ],
  });
}
