import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { qwenWindow } from '../describe/qwen-window';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';

/** Qwen 2 and 2.5 (Yang et al. 2024): Llama with biases on queries, keys and values. */
export function qwen2(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config);
  const { hidden } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const window = qwenWindow(fields);
  const mlp = { ...sizes, activation: fields.activation('hidden_act', 'silu') };
  return rmsDecoder(config, names, {
    architecture: 'qwen2',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, sizes.headSize)],
    layer: (at, n) => [
      [
        {
          before: at.rms('input_layernorm', hidden, epsilon),
          block: selfAttention(at, sizes, { qkvBias: true, window: window(n) }),
        },
      ],
      [{ before: at.rms('post_attention_layernorm', hidden, epsilon), block: gatedMlp(at.within('mlp.'), mlp) }],
    ],
  });
}
