import type { StorageDtype } from './storage-dtype';
import type { StoredStatistics } from './stored-statistics';
import type { TensorOrigin } from './tensor-origin';

/** One tensor as the header describes it; no weights are read to know this. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: StorageDtype;
  readonly shape: readonly number[];
  /** File that holds it, a plain name inside the checkpoint's folder. */
  readonly file: string;
  /** Absolute offset of its first byte in that file. */
  readonly offset: number;
  readonly bytes: number;
  /** Where the file has it otherwise (GGUF): its name there, and what reading undoes. */
  readonly origin?: TensorOrigin;
}

/** What a tensor does in the model, from its name and the architecture. `other` when nothing is known. */
export type Role =
  | 'embedding'
  | 'head'
  | 'attention-q'
  | 'attention-k'
  | 'attention-v'
  | 'attention-qkv'
  | 'attention-o'
  | 'mlp-gate'
  | 'mlp-up'
  | 'mlp-gate-up'
  | 'mlp-down'
  | 'router'
  | 'norm'
  | 'bias'
  | 'scale'
  | 'other';

/** A tensor placed in the model: where it stands and what it must agree with. */
export interface TreeTensor extends TensorInfo {
  /** Number in `layers.N`, `h.N`, `blk.N`, `blocks.N` and the like (placement.ts); undefined outside every layer. */
  readonly layer: number | undefined;
  /**
   * Column of the heatmap: the name without layer and expert numbers, e.g. `self_attn.q_proj.weight`. Outside
   * layers the whole name; in towers beside the main one with their prefix, `visual.blocks.attn.qkv.weight`.
   */
  readonly module: string;
  /** Number of the expert in a mixture, when the name carries one. */
  readonly expert: number | undefined;
  readonly role: Role;
  /** Id of the group of tensors that must share a dtype (see FusedGroup), if any. */
  readonly group: string | undefined;
}

/** Why the tensors of a group must share a dtype. */
export type GroupKind = 'qkv' | 'gate-up' | 'experts' | 'tied';

/** Tensors that loaders fuse or share, so that their dtype and scales must agree. */
export interface FusedGroup {
  /** Stable, readable: `model.layers.3.self_attn.qkv`. */
  readonly id: string;
  readonly kind: GroupKind;
  /** Names, in checkpoint order. */
  readonly tensors: readonly string[];
}

/** A checkpoint's tensors in the order of its files, placed in layers, roles and groups. */
export interface TensorTree {
  readonly tensors: readonly TreeTensor[];
  readonly byName: ReadonlyMap<string, TreeTensor>;
  /** Number of layers: largest layer number + 1, 0 when there is none. */
  readonly layerCount: number;
  /** Distinct `module` values in order of first appearance. */
  readonly modules: readonly string[];
  readonly groups: readonly FusedGroup[];
  /** Sum of `bytes` over all tensors. */
  readonly bytes: number;
  /** Sum of elements over all tensors. */
  readonly elements: number;
  /** What is known of the values by tensor name; absent when nobody has looked yet. */
  readonly statistics?: ReadonlyMap<string, StoredStatistics>;
}
