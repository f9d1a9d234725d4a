import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';

/** OLMo 2 (Walsh et al. 2025): norms behind the blocks instead of before them, and over all queries and all keys. */
export function olmo2(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config);
  const { hidden, heads, kvHeads, headSize } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-5;
  const bias = fields.flag('attention_bias', false);
  const mlp = { ...sizes, activation: fields.activation('hidden_act', 'silu') };
  return rmsDecoder(config, names, {
    architecture: 'olmo2',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, headSize)],
    layer: (at) => [
      [
        {
          block: selfAttention(at, sizes, {
            qkvBias: bias,
            outputBias: bias,
            qNorm: at.rms('self_attn.q_norm', heads * headSize, epsilon),
            kNorm: at.rms('self_attn.k_norm', kvHeads * headSize, epsilon),
          }),
          after: at.rms('post_attention_layernorm', hidden, epsilon),
        },
      ],
      [{ block: gatedMlp(at.within('mlp.'), mlp), after: at.rms('post_feedforward_layernorm', hidden, epsilon) }],
    ],
  });
}
