import type { ModelConfig } from '../../checkpoint/model-config';
import type { Experts } from '../blocks/experts';
import type { GatedMlp } from '../blocks/mlp';
import type { Scope } from '../describe/declare';
import { expertsPerToken } from '../describe/experts-per-token';
import { fieldsOf } from '../describe/fields';
import type { GatedMlpSizes } from '../describe/gated-mlp';
import type { ModelGraph, TensorNames } from '../graph';
import { rmsDecoder } from '../describe/rms-decoder';
import { rotaryOf } from '../describe/rotary-config';
import { selfAttention } from '../describe/self-attention';
import { sizesOf } from '../describe/sizes';
import { STACK, stackedExperts } from '../describe/stacked-experts';

/** Mixtral (Jiang et al. 2024): Mistral with experts in the place of each MLP, two of them a token. */
export function mixtral(config: ModelConfig, names: TensorNames): ModelGraph {
  const fields = fieldsOf(config);
  const sizes = sizesOf(config, { kvHeads: 8 });
  const { hidden } = sizes;
  const epsilon = config.rms_norm_eps ?? 1e-5;
  const window = fields.optional('sliding_window');
  const count = fields.whole('num_local_experts', 8);
  const chosen = expertsPerToken(fields, count, 2);
  const expert = { ...sizes, activation: fields.activation('hidden_act', 'silu') };
  return rmsDecoder(config, names, {
    architecture: 'mixtral',
    sizes,
    epsilon,
    rotaries: [rotaryOf(config, sizes.headSize, { theta: 1_000_000 })],
    layer: (at) => [
      [{ before: at.rms('input_layernorm', hidden, epsilon), block: selfAttention(at, sizes, { window }) }],
      [{ before: at.rms('post_attention_layernorm', hidden, epsilon), block: experts(at, count, chosen, expert) }],
    ],
  });
}

/** Under `mlp` in one stack, or under `block_sparse_moe` one by one, as most checkpoints are saved. */
function experts(at: Scope, count: number, chosen: number, sizes: GatedMlpSizes): Experts {
  const stacked = at.within('mlp.').has(STACK);
  const mixture = at.within(stacked ? 'mlp.' : 'block_sparse_moe.');
  return {
    kind: 'experts',
    router: mixture.linear('gate', count, sizes.hidden),
    experts: stacked
      ? stackedExperts(mixture, count, sizes)
      : Array.from({ length: count }, (_, n) => numbered(mixture.within(`experts.${n}.`), sizes)),
    chosen,
    normalize: true,
  };
}

function numbered(at: Scope, { hidden, intermediate, activation }: GatedMlpSizes): GatedMlp {
  return {
    kind: 'gated-mlp',
    activation,
    gate: at.linear('w1', intermediate, hidden),
    up: at.linear('w3', intermediate, hidden),
    down: at.linear('w2', hidden, intermediate),
  };
}
