import type { FusedGroup, GroupKind } from '../../checkpoint/tensor';
import { finding, type Finding, type FindingCode } from '../../policy/finding';
import type { Policy } from '../../policy/policy';
import type { TextRange } from '../../policy/range';
import { choiceOf, type Draft } from '../draft';
import { dtypeLabel } from '../dtype-label';
import type { PlannedTensor } from '../plan';

/** Two tensors of a group that should agree and do not, and the place in the policy that parts them. */
interface Disagreement {
  readonly group: FusedGroup;
  readonly one: PlannedTensor;
  readonly other: PlannedTensor;
  readonly range: TextRange;
}

/**
 * Findings for groups of `kinds` whose tensors get different dtypes or scales: one for each place in the
 * policy and pair of dtypes, so that a slip in a rule for all layers is told once. `why` ends the message.
 */
export function disagreements(
  code: FindingCode,
  kinds: readonly GroupKind[],
  why: (kind: GroupKind) => string,
  policy: Policy,
  draft: Draft,
): readonly Finding[] {
  const byPlace = new Map<string, Disagreement[]>();
  for (const group of draft.tree.groups) {
    const found = kinds.includes(group.kind) ? disagreement(group, policy, draft) : undefined;
    if (!found) continue;
    const { one, other, range } = found;
    const key = [group.kind, range.start, dtypeLabel(one), dtypeLabel(other)].join(' ');
    const known = byPlace.get(key);
    if (known) known.push(found);
    else byPlace.set(key, [found]);
  }
  return [...byPlace.values()].map((found) => {
    const { group, one, other, range } = found[0]!;
    const again = found.length > 1 ? ` (and ${found.length - 1} more such groups)` : '';
    const message = `${one.tensor.name} becomes ${dtypeLabel(one)} but ${other.tensor.name} ${dtypeLabel(other)}: ${why(group.kind)}${again}`;
    return finding(code, 'warning', range, message, { tensors: found.flatMap((each) => each.group.tensors) });
  });
}

function disagreement(group: FusedGroup, policy: Policy, { byName }: Draft): Disagreement | undefined {
  const planned = group.tensors.map((name) => byName.get(name)).filter((each) => each !== undefined);
  // What can't be cast is told by its own finding, and what nobody casts is as the checkpoint has it.
  if (planned.some(({ treatment }) => treatment.kind === 'keep' && treatment.reason === 'invalid')) return undefined;
  if (planned.every(({ treatment }) => treatment.kind === 'keep')) return undefined;
  const [one, ...rest] = planned;
  const other = one && rest.find((each) => signature(each) !== signature(one));
  if (!other) return undefined;
  const range = partingPlace([one, other], policy);
  return range && { group, one, other, range };
}

/** All that must agree: dtype, granularity, how scales are stored. */
function signature(planned: PlannedTensor): string {
  const { treatment } = planned;
  return treatment.kind === 'keep' ? dtypeLabel(planned) : `${dtypeLabel(planned)} ${treatment.cast.scaleDtype}`;
}

/** The later of the rules that decide: the one that made the difference; the default when there is no rule. */
function partingPlace(planned: readonly PlannedTensor[], policy: Policy): TextRange | undefined {
  const order = ({ decider }: PlannedTensor): number => (decider.kind === 'rule' ? decider.index : -1);
  const { decider } = planned.reduce((last, each) => (order(each) > order(last) ? each : last));
  const choice = choiceOf(decider, policy);
  return choice?.dtype?.range ?? (decider.kind === 'rule' ? policy.rules[decider.index]!.range : undefined);
}
