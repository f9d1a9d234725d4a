import type { GroupKind } from '../../checkpoint/tensor';
import type { DraftCheck } from '../draft';
import { disagreements } from './agreement';

const FUSED: readonly GroupKind[] = ['qkv', 'gate-up', 'experts'];

/** Projections that loaders fuse into one matrix: given two dtypes they load, and the logits are wrong. */
export const fusedDiffer: DraftCheck = (policy, draft) => disagreements('fused-differ', FUSED, why, policy, draft);

function why(kind: GroupKind): string {
  switch (kind) {
    case 'qkv':
      return 'loaders fuse q, k and v, so they must agree';
    case 'gate-up':
      return 'loaders fuse gate and up, so they must agree';
    case 'experts':
      return 'loaders fuse the experts of a layer, so they must agree';
    case 'tied':
      return 'they are tied, so they must agree';
  }
}
