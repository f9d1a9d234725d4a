import type { ModelConfig } from '../../checkpoint/model-config';
import { causalOnly } from '../describe/causal-only';
import { fieldsOf } from '../describe/fields';
import { gatedMlp } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { rmsDecoder } from '../describe/rms-decoder';
import type { Rotary } from '../rotary';
import { rotary, rotaryPart } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf, type Sizes } from '../describe/sizes';
import { windowOf } from '../describe/sliding-window';

/** What config.json of the first Gemma 3 checkpoints leaves out. */
const MISSING: Partial<Sizes> = { heads: 8, kvHeads: 4, headSize: 256, vocabulary: 262_208 };
/** Indices of the rotary embeddings. */
const LOCAL = 0;
const GLOBAL = 1;

/**
 * The language model of Gemma 3 (Kamath et al. 2025): Gemma 2 with norms over each head of queries and keys instead of
 * caps, five layers with a sliding window to one without, and rotary embeddings of their own for the two kinds.
 */
export function gemma3(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  causalOnly(fields);
  const sizes = sizesOf(config, MISSING);
  const { hidden, headSize } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-6;
  const bias = fields.flag('attention_bias', false);
  const scale = fields.number('query_pre_attn_scalar', 256) ** -0.5;
  const pattern = fields.number('sliding_window_pattern', 6);
  const window = windowOf(fields, fields.optional('sliding_window', 4096), (layer) => (layer + 1) % pattern !== 0);
  const mlp = { ...sizes, activation: fields.activation('hidden_activation', 'gelu_pytorch_tanh') };
  return rmsDecoder(config, names, {
    architecture: 'gemma3',
    sizes,
    epsilon,
    normPlus: 1,
    embeddingScale: Math.sqrt(hidden),
    softcap: fields.optional('final_logit_softcapping'),
    rotaries: rotaries(config, headSize),
    layer: (at, n) => [
      [
        {
          before: at.rms('input_layernorm', hidden, epsilon, 1),
          block: selfAttention(at, sizes, {
            qkvBias: bias,
            outputBias: bias,
            qNorm: at.rms('self_attn.q_norm', headSize, epsilon, 1),
            kNorm: at.rms('self_attn.k_norm', headSize, epsilon, 1),
            scale,
            rotary: window(n) === undefined ? GLOBAL : LOCAL,
            window: window(n),
          }),
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

/** Only that of the layers without a window is scaled. */
function rotaries(config: ModelConfig, headSize: number): readonly Rotary[] {
  const fields = fieldsOf(config);
  const local = rotaryPart(config, 'sliding_attention') ?? {};
  const global = rotaryPart(config, 'full_attention') ?? fields.record('rope_scaling') ?? {};
  const localTheta = fields.number('rope_local_base_freq', 10_000);
  return [
    rotary(config, headSize, headSize, { rope_theta: localTheta, ...local }, {}),
    rotary(config, headSize, headSize, global, { theta: 1_000_000 }),
  ];
}
