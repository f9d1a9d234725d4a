import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { causalOnly } from '../describe/causal-only';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';
import { windowOf } from '../describe/sliding-window';

/**
 * Gemma 2 (Riviere et al. 2024): norms before and after each block, scores and logits kept within caps, every other
 * layer looks back through a sliding window only.
 */
export function gemma2(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  causalOnly(fields);
  const sizes = sizesOf(config, { kvHeads: 4, headSize: 256 });
  const { hidden } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const bias = fields.flag('attention_bias', false);
  const scale = fields.number('query_pre_attn_scalar', 256) ** -0.5;
  const softcap = fields.optional('attn_logit_softcapping', 50);
  const window = windowOf(fields, fields.optional('sliding_window', 4096), (layer) => layer % 2 === 0);
  const mlp = { ...sizes, activation: fields.activation('hidden_activation', 'gelu_pytorch_tanh') };
  return rmsDecoder(config, names, {
    architecture: 'gemma2',
    sizes,
    epsilon,
    normPlus: 1,
    embeddingScale: Math.sqrt(hidden),
    softcap: fields.optional('final_logit_softcapping', 30),
    rotaries: [rotaryOf(config, sizes.headSize)],
    layer: (at, n) => [
      [
        {
          before: at.rms('input_layernorm', hidden, epsilon, 1),
          block: selfAttention(at, sizes, { qkvBias: bias, outputBias: bias, scale, softcap, window: window(n) }),
          after: at.rms('post_attention_layernorm', hidden, epsilon, 1),
        },
      ],
      [
        {
          before: at.rms('pre_feedforward_layernorm', hidden, epsilon, 1),
          block: gatedMlp(at.within('mlp.'), mlp),
          after: at.rms('post_feedforward_layernorm', hidden, epsilon, 1),
        },
      ],
    ],
  });
}
