import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { hasExperts, qwenExperts } from '../describe/qwen-experts';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';

/** Qwen 3 mixtures (Yang et al. 2025): Qwen 3 with experts in the place of MLPs. */
export function qwen3Moe(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config, { kvHeads: 4 });
  const { hidden, headSize } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const bias = fields.flag('attention_bias', false);
  const window = fields.flag('use_sliding_window', false) ? fields.optional('sliding_window', 4096) : undefined;
  const activation = fields.activation('hidden_act', 'silu');
  const sparse = hasExperts(fields);
  return rmsDecoder(config, names, {
    architecture: 'qwen3_moe',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, headSize)],
    layer: (at, n) => [
      [
        {
          before: at.rms('input_layernorm', hidden, epsilon),
          block: selfAttention(at, sizes, {
            qkvBias: bias,
            outputBias: bias,
            qNorm: at.rms('self_attn.q_norm', headSize, epsilon),
            kNorm: at.rms('self_attn.k_norm', headSize, epsilon),
            window,
          }),
        },
      ],
      [
        {
          before: at.rms('post_attention_layernorm', hidden, epsilon),
          block: sparse(n)
            ? qwenExperts(at.within('mlp.'), sizes, fields, { experts: 128, chosen: 8, intermediate: 768 })
            : gatedMlp(at.within('mlp.'), { ...sizes, activation }),
        },
      ],
    ],
  });
}
