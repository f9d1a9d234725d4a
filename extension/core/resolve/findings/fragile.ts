import type { TreeTensor } from '../../checkpoint/tensor';
import { finding } from '../../policy/finding';
import { concerns, type DraftCheck } from '../draft';
import { castLabel } from '../dtype-label';
import { exceptFix } from './except-fix';

/** Bits from which a format is exact enough for any tensor. */
const ROBUST_BITS = 16;

/** Small tensors that every value passes through, cast to 8 bits or fewer: nothing saved, much lost. */
export const fragile: DraftCheck = (policy, draft) =>
  concerns(policy, draft, ({ tensor, treatment }) => {
    if (treatment.kind === 'keep' || kindOf(tensor) === undefined) return false;
    return (draft.formats.find(treatment.cast.format)?.format.bits ?? 0) < ROBUST_BITS;
  }).map(({ choice, outcomes, count, names }) => {
    const { tensor, treatment } = outcomes[0]!;
    const label = treatment.kind === 'cast' ? castLabel(treatment.cast) : '';
    const more = count > 1 ? ` (and ${count - 1} more such tensors)` : '';
    const message = `${tensor.name}: ${label} on ${kindOf(tensor)!} saves next to nothing and costs much; keep it${more}`;
    const fixes = exceptFix(
      choice,
      outcomes.map((outcome) => outcome.tensor),
      true,
    );
    return finding('fragile', 'warning', choice.dtype!.range, message, { tensors: names, fixes });
  });

function kindOf({ role, shape }: TreeTensor): string | undefined {
  switch (role) {
    case 'norm':
      return 'a norm';
    case 'router':
      return 'a router';
    case 'bias':
      return 'a bias';
    case 'scale':
      return 'a scale';
    default:
      return shape.length < 2 ? 'a vector' : undefined;
  }
}
