import type { ModelConfig } from '../../checkpoint/model-config';
import type { Attention } from '../blocks/attention';
import type { GatedMlp } from '../blocks/mlp';
import type { Scope } from '../describe/declare';
import { fieldsOf } from '../describe/fields';
import type { ModelGraph, TensorNames } from '../graph';
import type { Activation } from '../ops';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { sizesOf, type Sizes } from '../describe/sizes';

/** What longrope was called when Phi-3 came out. */
const FORMER_NAMES = { su: 'longrope', yarn: 'longrope' } as const;

/** Phi-3 and Phi-4-mini (Abdin et al. 2024): Llama with fused projections; longrope; Phi-4-mini turns part of a head. */
export function phi3(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config);
  const { hidden, headSize } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-5;
  const window = fields.optional('sliding_window');
  const activation = fields.activation('hidden_act', 'silu');
  return rmsDecoder(config, names, {
    architecture: 'phi3',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, headSize, { partialAllowed: true, synonyms: FORMER_NAMES })],
    layer: (at) => [
      [{ before: at.rms('input_layernorm', hidden, epsilon), block: attention(at, sizes, window) }],
      [{ before: at.rms('post_attention_layernorm', hidden, epsilon), block: mlp(at, sizes, activation) }],
    ],
  });
}

function attention(at: Scope, sizes: Sizes, window: number | undefined): Attention {
  const { hidden, heads, kvHeads, headSize } = sizes;
  const queries = heads * headSize;
  const keys = kvHeads * headSize;
  return {
    kind: 'attention',
    ...at.fused('self_attn.qkv_proj', {
      outputs: queries + 2 * keys,
      inputs: hidden,
      bias: false,
      parts: {
        q: { first: 0, count: queries },
        k: { first: queries, count: keys },
        v: { first: queries + keys, count: keys },
      },
    }),
    o: at.linear('self_attn.o_proj', hidden, queries),
    heads,
    kvHeads,
    headSize,
    scale: headSize ** -0.5,
    rotary: 0,
    ...(window === undefined ? {} : { window }),
  };
}

function mlp(at: Scope, { hidden, intermediate }: Sizes, activation: Activation): GatedMlp {
  return {
    kind: 'gated-mlp',
    activation,
    ...at.fused('mlp.gate_up_proj', {
      outputs: 2 * intermediate,
      inputs: hidden,
      bias: false,
      parts: { gate: { first: 0, count: intermediate }, up: { first: intermediate, count: intermediate } },
    }),
    down: at.linear('mlp.down_proj', hidden, intermediate),
  };
}
