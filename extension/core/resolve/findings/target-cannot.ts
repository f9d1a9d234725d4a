import { whyNot } from '../../interop/targets';
import { unreadBy } from '../../interop/unread-by';
import { finding, type Finding } from '../../policy/finding';
import type { Target } from '../../policy/keys';
import type { Policy } from '../../policy/policy';
import { concerns, type Draft, type DraftCheck } from '../draft';
import { castLabel } from '../dtype-label';

/** Dtypes that the chosen target can't load, or not on such a tensor, or not in this mix; or not with all its readers. */
export const targetCannot: DraftCheck = (policy, draft) => {
  const target = policy.target?.value;
  if (target === undefined) return [];
  const { formats } = draft;
  const casts = draft.outcomes.flatMap(({ treatment }) => (treatment.kind === 'cast' ? [treatment.cast] : []));
  const cannot = concerns(policy, draft, ({ tensor, treatment }) => {
    return treatment.kind === 'cast' && whyNot(target, tensor, treatment.cast, casts, formats) !== undefined;
  }).map(({ choice, outcomes, count, names }) => {
    const { tensor, treatment } = outcomes[0]!;
    const cast = treatment.kind === 'cast' ? treatment.cast : undefined;
    const reason = cast ? whyNot(target, tensor, cast, casts, formats) : undefined;
    const more = count > 1 ? ` (and ${count - 1} more tensors)` : '';
    const message = `${tensor.name}: ${target} can't load ${cast ? castLabel(cast) : 'this'}: ${reason ?? 'it has no such dtype'}${more}`;
    return finding('target-cannot', 'error', choice.dtype!.range, message, { tensors: names });
  });
  return [...cannot, ...notEverywhere(target, policy, draft)];
};

/** What a program that the target is mostly read with does not load: a warning, because others do. */
function notEverywhere(target: Target, policy: Policy, draft: Draft): readonly Finding[] {
  return concerns(policy, draft, ({ treatment }) => {
    return treatment.kind === 'cast' && unreadBy(target, treatment.cast) !== undefined;
  }).map(({ choice, outcomes, count, names }) => {
    const { tensor, treatment } = outcomes[0]!;
    const reason = treatment.kind === 'cast' ? unreadBy(target, treatment.cast)! : '';
    const more = count > 1 ? ` (and ${count - 1} more tensors)` : '';
    const option = choice.options.find(({ name }) => name === 'symmetric');
    const range = option?.range ?? choice.dtype!.range;
    return finding('target-cannot', 'warning', range, `${tensor.name}: ${reason}${more}`, { tensors: names });
  });
}
