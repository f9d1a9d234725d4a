import type { FusedGroup, GroupKind, TreeTensor } from '../../checkpoint/tensor';
import { finding, TENSORS_SHOWN, type Finding, type FindingCode } from '../../policy/finding';
import type { Policy, Rule } from '../../policy/policy';
import type { TextRange } from '../../policy/range';
import { choiceOf, type Draft } from '../draft';
import { dtypeLabel } from '../dtype-label';
import type { Outcome, PlannedTensor } from '../plan';
import { agreeFix } from './agree-fix';

/** Two tensors of a group that should agree and do not, and the place in the policy that parts them. */
interface Disagreement {
  readonly group: FusedGroup;
  readonly one: Planned;
  readonly other: Planned;
  readonly range: TextRange;
  /** That made the difference; undefined for the default. */
  readonly rule: Rule | undefined;
}

type Planned = Pick<PlannedTensor, 'tensor' | 'treatment' | 'decider'>;

/** What keeps tensors of a group apart that need not agree; undefined where all of them must. */
export type Apart = (kind: GroupKind) => ((tensor: TreeTensor) => string) | undefined;

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
  apart: Apart = () => undefined,
): readonly Finding[] {
  const byPlace = new Map<string, Disagreement[]>();
  const members = draft.index.groupMembers();
  const verdicts = draft.outcomes.map(verdictOf);
  for (const [at, group] of draft.tree.groups.entries()) {
    const found = kinds.includes(group.kind)
      ? disagreement(group, members[at]!, verdicts, policy, draft, apart(group.kind))
      : undefined;
    if (!found) continue;
    const { one, other, range } = found;
    const key = [group.kind, range.start, dtypeLabel(one), dtypeLabel(other)].join(' ');
    const known = byPlace.get(key);
    if (known) known.push(found);
    else byPlace.set(key, [found]);
  }
  return [...byPlace.values()].map((found) => {
    const { group, one, other, range, rule } = found[0]!;
    const groups = found.map((each) => each.group);
    const again = found.length > 1 ? ` (and ${found.length - 1} more such groups)` : '';
    const message = `${one.tensor.name} becomes ${dtypeLabel(one)} but ${other.tensor.name} ${dtypeLabel(other)}: ${why(group.kind)}${again}`;
    return finding(code, 'warning', range, message, {
      tensors: groups.slice(0, TENSORS_SHOWN).flatMap(({ tensors }) => tensors.slice(0, TENSORS_SHOWN)),
      fixes: rule ? agreeFix(rule, groups, draft, apart(group.kind)) : [],
    });
  });
}

function disagreement(
  group: FusedGroup,
  members: Uint32Array,
  verdicts: readonly Verdict[],
  policy: Policy,
  { outcomes, outcomeOf, tree }: Draft,
  apart: ReturnType<Apart>,
): Disagreement | undefined {
  const firsts = new Map<string, number>();
  let pair: readonly [number, number] | undefined;
  let cast = false;
  for (const at of members) {
    const verdict = verdicts[outcomeOf[at]!]!;
    // What can't be cast is told by its own finding, and what nobody casts is as the checkpoint has it.
    if (verdict.invalid) return undefined;
    if (verdict.cast) cast = true;
    if (pair) continue;
    const part = apart?.(tree.tensors[at]!) ?? '';
    const first = firsts.get(part);
    if (first === undefined) firsts.set(part, at);
    else if (verdicts[outcomeOf[first]!]!.signature !== verdict.signature) pair = [first, at];
  }
  if (!pair || !cast) return undefined;
  const [one, other] = pair.map((at): Planned => {
    const { treatment, decider } = outcomes[outcomeOf[at]!]!;
    return { tensor: tree.tensors[at]!, treatment, decider };
  });
  const { range, rule } = parting([one!, other!], policy);
  return range && { group, one: one!, other: other!, range, rule };
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
function parting(
  planned: readonly Planned[],
  policy: Policy,
): { readonly range: TextRange | undefined; readonly rule: Rule | undefined } {
  const order = ({ decider }: Planned): number => (decider.kind === 'rule' ? decider.index : -1);
  const { decider } = planned.reduce((last, each) => (order(each) > order(last) ? each : last));
  const rule = decider.kind === 'rule' ? policy.rules[decider.index] : undefined;
  return { range: choiceOf(decider, policy)?.dtype?.range ?? rule?.range, rule };
}
