import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';

/** Mistral (Jiang et al. 2023): Llama with a sliding window in every layer, where config.json gives one. */
export function mistral(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config, { kvHeads: 8 });
  const { hidden } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const window = fields.optional('sliding_window', 4096);
  const mlp = { ...sizes, activation: fields.activation('hidden_act', 'silu') };
  return rmsDecoder(config, names, {
    architecture: 'mistral',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, sizes.headSize)],
    layer: (at) => [
      [{ before: at.rms('input_layernorm', hidden, epsilon), block: selfAttention(at, sizes, { window }) }],
      [{ before: at.rms('post_attention_layernorm', hidden, epsilon), block: gatedMlp(at.within('mlp.'), mlp) }],
    ],
  });
}
