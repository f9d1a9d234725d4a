import type { Attention } from '../blocks/attention';
import type { Norm } from '../blocks/norm';
import type { Scope } from './declare';
import type { Sizes } from './sizes';

export interface SelfAttention {
  readonly qkvBias?: boolean;
  readonly outputBias?: boolean;
  readonly qNorm?: Norm;
  readonly kNorm?: Norm;
  /** 1 / sqrt(headSize) without it. */
  readonly scale?: number;
  /** 0 without it. */
  readonly rotary?: number;
  readonly window?: number | undefined;
  readonly softcap?: number | undefined;
}

/** Attention with the names of Llama's checkpoints: self_attn.q_proj, k_proj, v_proj and o_proj. */
export function selfAttention(layer: Scope, sizes: Sizes, options: SelfAttention = {}): Attention {
  const { hidden, heads, kvHeads, headSize } = sizes;
  const { qkvBias, outputBias, qNorm, kNorm, scale = headSize ** -0.5, rotary = 0, window, softcap } = options;
  const at = layer.within('self_attn.');
  return {
    kind: 'attention',
    q: at.linear('q_proj', heads * headSize, hidden, qkvBias),
    k: at.linear('k_proj', kvHeads * headSize, hidden, qkvBias),
    v: at.linear('v_proj', kvHeads * headSize, hidden, qkvBias),
    o: at.linear('o_proj', hidden, heads * headSize, outputBias),
    heads,
    kvHeads,
    headSize,
    scale,
    rotary,
    ...(qNorm ? { qNorm } : {}),
    ...(kNorm ? { kNorm } : {}),
    ...(window === undefined ? {} : { window }),
    ...(softcap === undefined ? {} : { softcap }),
  };
}
