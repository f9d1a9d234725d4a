import type { TensorTree, TreeTensor } from '../checkpoint/tensor';
import type { Cast, Part } from '../formats/format';
import type { Finding } from '../policy/finding';
import type { NameList } from './name-list';

/** Who decided a tensor's dtype: a rule by its index, or the policy's default (without one: keep). */
export type Decider = { readonly kind: 'rule'; readonly index: number } | { readonly kind: 'default' };

/** What becomes of one tensor. */
export type Treatment =
  /**
   * Copied byte for byte. `asked`: by `keep`, or by no default. `not-float`: integers and packed codes are
   * never cast. `same-dtype`: it is stored so already. `empty`: it has no elements, so there is nothing to cast.
   * `invalid`: the cast that was asked for can't be done; a finding says why.
   */
  | { readonly kind: 'keep'; readonly reason: 'asked' | 'not-float' | 'invalid' | 'same-dtype' | 'empty' }
  | { readonly kind: 'cast'; readonly cast: Cast; readonly parts: readonly Part[] };

export interface PlannedTensor {
  readonly tensor: TreeTensor;
  readonly treatment: Treatment;
  readonly decider: Decider;
  /** Indices of the rules that matched but lost, in file order. */
  readonly beaten: readonly number[];
  readonly bytesBefore: number;
  /** Sum over the stored parts: codes, scales and all. */
  readonly bytesAfter: number;
}

/** Tensors of one kind (TreeIndex) that one decider treats alike: a plan of 91,000 tensors is some hundred of these. */
export interface Outcome {
  readonly decider: Decider;
  /** The first of them in tree order; the others have its name template, role, dtype and shape. */
  readonly tensor: TreeTensor;
  readonly treatment: Treatment;
  /** How many tensors. */
  readonly count: number;
  /** Of each one of them. */
  readonly bytesAfter: number;
}

/** What one rule does, for its code lens. */
export interface RuleEffect {
  readonly index: number;
  /** Tensors its patterns (and layers, and except) select. */
  readonly matched: NameList;
  /** How many tensors each pattern of `match` selects by itself, layers and except not applied. */
  readonly matchedBy: readonly number[];
  /** Those of them it decides. */
  readonly won: NameList;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A policy resolved against a tensor tree. */
export interface Plan {
  readonly tree: TensorTree;
  /** In order of decider, the default first, then of their first tensor. */
  readonly outcomes: readonly Outcome[];
  /** For each tensor of the tree, which of the outcomes is its own. */
  readonly outcomeOf: Uint16Array | Uint32Array;
  /** One entry a tensor, in tree order; made when it is first read, so what answers keystrokes reads `outcomes`. */
  readonly tensors: readonly PlannedTensor[];
  readonly byName: {
    /** Makes the one entry; undefined for a name that the checkpoint does not hold. */
    get(name: string): PlannedTensor | undefined;
  };
  readonly rules: readonly RuleEffect[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** bytesAfter * 8 / elements: scales and padding included, never nominal. */
  readonly bitsPerWeight: number;
  readonly findings: readonly Finding[];
}
