import type { GroupKind } from '../../checkpoint/tensor';
import type { Target } from '../../policy/keys';
import type { DraftCheck } from '../draft';
import { disagreements } from './agreement';

const FUSED: readonly GroupKind[] = ['qkv', 'gate-up', 'experts'];

/** Their loaders keep q, k, v, gate and up apart, and stack each projection of the experts for itself. */
const STACKING: ReadonlySet<Target> = new Set<Target>(['gguf', 'mlx']);

/** Their loaders read each matrix for itself. */
const SEPARATE: ReadonlySet<Target> = new Set<Target>(['bitsandbytes', 'tt-xla']);

/**
 * Projections that loaders fuse into one matrix: given two dtypes they load, and the logits are wrong. Without a target
 * all that some loader fuses.
 */
export const fusedDiffer: DraftCheck = (policy, draft) => {
  const target = policy.target?.value;
  if (target !== undefined && SEPARATE.has(target)) return [];
  if (target === undefined || !STACKING.has(target)) return disagreements('fused-differ', FUSED, why, policy, draft);
  return disagreements(
    'fused-differ',
    ['experts'],
    stacked,
    policy,
    draft,
    () =>
      ({ role }) =>
        role,
  );
};

function stacked(): string {
  return 'the experts of a layer are one stack for each projection, so they must agree';
}

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
