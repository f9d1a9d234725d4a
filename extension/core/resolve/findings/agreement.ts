import type { FusedGroup, GroupKind } from '../../checkpoint/tensor';
import { finding, TENSORS_SHOWN, type Finding, type FindingCode } from '../../policy/finding';
import type { Policy } from '../../policy/policy';
import type { TextRange } from '../../policy/range';
import { choiceOf, type Draft } from '../draft';
import { dtypeLabel } from '../dtype-label';
import type { Outcome, PlannedTensor } from '../plan';

/** Two tensors of a group that should agree and do not, and the place in the policy that parts them. */
interface Disagreement {
  readonly group: FusedGroup;
  readonly one: Planned;
  readonly other: Planned;
  readonly range: TextRange;
}

type Planned = Pick<PlannedTensor, 'tensor' | 'treatment' | 'decider'>;

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
  const members = draft.index.groupMembers();
  const verdicts = draft.outcomes.map(verdictOf);
  for (const [at, group] of draft.tree.groups.entries()) {
    const found = kinds.includes(group.kind) ? disagreement(group, members[at]!, verdicts, policy, draft) : undefined;
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
    return finding(code, 'warning', range, message, {
      tensors: found.slice(0, TENSORS_SHOWN).flatMap((each) => each.group.tensors.slice(0, TENSORS_SHOWN)),
    });
  });
}

function disagreement(
  group: FusedGroup,
  members: Uint32Array,
  verdicts: readonly Verdict[],
  policy: Policy,
  { outcomes, outcomeOf, tree }: Draft,
): Disagreement | undefined {
  const first = members[0];
  if (first === undefined) return undefined;
  const { signature } = verdicts[outcomeOf[first]!]!;
  let second: number | undefined;
  let cast = false;
  for (const at of members) {
    const verdict = verdicts[outcomeOf[at]!]!;
    // What can't be cast is told by its own finding, and what nobody casts is as the checkpoint has it.
    if (verdict.invalid) return undefined;
    if (verdict.cast) cast = true;
    if (second === undefined && verdict.signature !== signature) second = at;
  }
  if (second === undefined || !cast) return undefined;
  const [one, other] = [first, second].map((at): Planned => {
    const { treatment, decider } = outcomes[outcomeOf[at]!]!;
    return { tensor: tree.tensors[at]!, treatment, decider };
  });
  const range = partingPlace([one!, other!], policy);
  return range && { group, one: one!, other: other!, range };
}

/** What a group asks of one of its tensors; worked out once for all of an outcome. */
interface Verdict {
  /** All that must agree: dtype, granularity, how scales are stored. */
  readonly signature: string;
  readonly cast: boolean;
  readonly invalid: boolean;
}

function verdictOf(outcome: Outcome): Verdict {
  const { treatment } = outcome;
  const label = dtypeLabel(outcome);
  if (treatment.kind === 'cast') {
    return { signature: `${label} ${treatment.cast.scaleDtype}`, cast: true, invalid: false };
  }
  return { signature: label, cast: false, invalid: treatment.reason === 'invalid' };
}

/** The later of the rules that decide: the one that made the difference; the default when there is no rule. */
function partingPlace(planned: readonly Planned[], policy: Policy): TextRange | undefined {
  const order = ({ decider }: Planned): number => (decider.kind === 'rule' ? decider.index : -1);
  const { decider } = planned.reduce((last, each) => (order(each) > order(last) ? each : last));
  const choice = choiceOf(decider, policy);
  return choice?.dtype?.range ?? (decider.kind === 'rule' ? policy.rules[decider.index]!.range : undefined);
}
