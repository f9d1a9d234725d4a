import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';

/** Llama (Touvron et al. 2023; grouped queries from Llama 2), and what is built like it: SmolLM, TinyLlama, Yi. */
export function llama(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config);
  const { hidden } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const attentionBias = fields.flag('attention_bias', false);
  const mlp = { ...sizes, activation: fields.activation('hidden_act', 'silu'), bias: fields.flag('mlp_bias', false) };
  return rmsDecoder(config, names, {
    architecture: 'llama',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, sizes.headSize)],
    layer: (at) => [
      [
        {
          before: at.rms('input_layernorm', hidden, epsilon),
          block: selfAttention(at, sizes, { qkvBias: attentionBias, outputBias: attentionBias }),
        },
      ],
      [{ before: at.rms('post_attention_layernorm', hidden, epsilon), block: gatedMlp(at.within('mlp.'), mlp) }],
    ],
  });
}
