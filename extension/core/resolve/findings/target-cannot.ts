import { whyNot } from '../../interop/targets';
import { finding } from '../../policy/finding';
import { concerns, type DraftCheck } from '../draft';
import { castLabel } from '../dtype-label';

/** Dtypes that the chosen target can't load, or not on such a tensor, or not in this mix. */
export const targetCannot: DraftCheck = (policy, draft) => {
  const target = policy.target?.value;
  if (target === undefined) return [];
  const { formats } = draft;
  const casts = draft.outcomes.flatMap(({ treatment }) => (treatment.kind === 'cast' ? [treatment.cast] : []));
  return concerns(policy, draft, ({ tensor, treatment }) => {
    return treatment.kind === 'cast' && whyNot(target, tensor, treatment.cast, casts, formats) !== undefined;
  }).map(({ choice, outcomes, count, names }) => {
    const { tensor, treatment } = outcomes[0]!;
    const cast = treatment.kind === 'cast' ? treatment.cast : undefined;
    const reason = cast ? whyNot(target, tensor, cast, casts, formats) : undefined;
    const more = count > 1 ? ` (and ${count - 1} more tensors)` : '';
    const message = `${tensor.name}: ${target} can't load ${cast ? castLabel(cast) : 'this'}: ${reason ?? 'it has no such dtype'}${more}`;
    return finding('target-cannot', 'error', choice.dtype!.range, message, { tensors: names });
  });
};
