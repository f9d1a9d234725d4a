import type { ModelConfig } from '../../checkpoint/model-config';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { qwenWindow } from '../describe/qwen-window';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';

/** Qwen 3 (Yang et al. 2025): Llama with an RMS norm over each head of queries and keys. */
export function qwen3(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config, { headSize: 128 });
  const { hidden, headSize } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const bias = fields.flag('attention_bias', false);
  const window = qwenWindow(fields);
  const mlp = { ...sizes, activation: fields.activation('hidden_act', 'silu') };
  return rmsDecoder(config, names, {
    architecture: 'qwen3',
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
            window: window(n),
          }),
        },
      ],
      [{ before: at.rms('post_attention_layernorm', hidden, epsilon), block: gatedMlp(at.within('mlp.'), mlp) }],
    ],
  });
}
