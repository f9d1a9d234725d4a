import type { Attention } from './blocks/attention';
import type { Experts } from './blocks/experts';
import type { Linear } from './blocks/linear';
import type { Mlp } from './blocks/mlp';
import type { Norm } from './blocks/norm';
import type { Rotary } from './rotary';
import type { RequiredTensor } from './weights';

/**
 * How a decoder is run: plain data, so that it can be posted to a worker. Each architecture makes one from its
 * config.json; forward.ts runs them all. Weights are named, not held.
 */
export interface ModelGraph {
  readonly kind: 'decoder';
  /** `model_type` of config.json. */
  readonly architecture: string;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly embedding: Embedding;
  /** Rotary embeddings; an attention names its own by the index. */
  readonly rotaries: readonly Rotary[];
  readonly layers: readonly Layer[];
  readonly head: Head;
  readonly tensors: readonly RequiredTensor[];
}

export interface Embedding {
  readonly table: string;
  /** What the embedded tokens are multiplied with. */
  readonly scale?: number;
  /** Learned embeddings of positions, added to those of tokens; no window may be longer. */
  readonly positions?: { readonly table: string; readonly count: number };
}

/** Logits from the residual stream behind the last layer. */
export interface Head {
  readonly norm: Norm;
  /** The embedding's own table when they are tied. */
  readonly linear: Linear;
  /** Logits are kept within it: cap tanh(logit / cap). */
  readonly softcap?: number;
}

/** Steps one after the other. Branches of one step all read the residual stream as it was before the step. */
export type Layer = readonly Step[];
export type Step = readonly Branch[];

/** after(block(before(residual))), added to the residual stream. */
export interface Branch {
  readonly before?: Norm;
  readonly block: Block;
  readonly after?: Norm;
}

export type Block = Attention | Mlp | Experts;

/** Why a checkpoint can't be run. Everything that needs no forward pass goes on. */
export interface Unsupported {
  readonly kind: 'unsupported';
  readonly reason: string;
}

/** Names of the checkpoint's tensors: families were saved under more than one name. */
export interface TensorNames {
  has(name: string): boolean;
}
