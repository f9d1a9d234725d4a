import type { Experts } from '../blocks/experts';
import type { Scope } from './declare';
import { expertsPerToken } from './experts-per-token';
import type { Fields } from './fields';
import { gatedMlp } from './gated-mlp';
import type { Sizes } from './sizes';
import { STACK, stackedExperts } from './stacked-experts';

/** Layers of Qwen's mixtures that have experts: every `decoder_sparse_step`-th but those of `mlp_only_layers`. */
export function hasExperts(fields: Fields): (layer: number) => boolean {
  const step = fields.whole('decoder_sparse_step', 1);
  const dense = fields.list('mlp_only_layers') ?? [];
  return (layer) => (layer + 1) % step === 0 && !dense.includes(layer);
}

/** Router and experts of Qwen's mixtures, one by one or in a stack. */
export function qwenExperts(at: Scope, sizes: Sizes, fields: Fields, missing: Missing): Experts {
  const { hidden } = sizes;
  // transformers 5 writes it under its common name.
  const count = fields.whole('num_experts', fields.whole('num_local_experts', missing.experts));
  const expert = {
    hidden,
    intermediate: fields.whole('moe_intermediate_size', missing.intermediate),
    activation: fields.activation('hidden_act', 'silu'),
  };
  return {
    kind: 'experts',
    router: at.linear('gate', count, hidden),
    experts: at.has(STACK)
      ? stackedExperts(at, count, expert)
      : Array.from({ length: count }, (_, n) => gatedMlp(at.within(`experts.${n}.`), expert)),
    chosen: expertsPerToken(fields, count, missing.chosen),
    normalize: fields.flag('norm_topk_prob', false),
  };
}

/** transformers' values for fields that config.json may leave out. */
export interface Missing {
  readonly experts: number;
  readonly chosen: number;
  readonly intermediate: number;
}
