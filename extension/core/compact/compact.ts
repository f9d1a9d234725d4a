import type { TreeTensor } from '../checkpoint/tensor';
import { withDefined } from '../formats/defined-format';
import type { FormatTable } from '../formats/format-table';
import type { Policy } from '../policy/policy';
import { parsePolicy } from '../policy/parse';
import type { Plan, PlannedTensor } from '../resolve/plan';
import { resolve } from '../resolve/resolve';
import type { BlockRules } from './block-rules';
import { cover } from './cover';
import { printRule, type RuleText } from './print-rule';

/** A policy with fewer rules that gives every tensor the same dtype. */
export interface CompactPolicy {
  readonly text: string;
  readonly rulesBefore: number;
  readonly rulesAfter: number;
}

/** Tensors that get the same bytes, with the reasons their rules gave. */
interface Treated {
  readonly cast: RuleText['cast'];
  readonly tensors: TreeTensor[];
  readonly reasons: Set<string>;
}

/**
 * Writes the rules of a policy anew: the fewest readable globs with the same resolution. `rules` is the range of the
 * list in the text. The result is resolved again and compared tensor by tensor; undefined when it is no shorter, when
 * it would not be the same, or when a rule can't be applied. Comments among the rules are lost; reasons are kept.
 */
export function compactRules(
  text: string,
  rules: BlockRules,
  policy: Policy,
  plan: Plan,
  formats: FormatTable,
): CompactPolicy | undefined {
  const groups = treatedGroups(policy, plan, formats);
  if (!groups) return undefined;
  const written = groups.flatMap(({ tensors, cast, reasons }, at) => {
    const later = groups.slice(at + 1).flatMap((group) => group.tensors);
    const because = reasons.size === 0 ? undefined : [...reasons].join('; ');
    return cover(tensors, later, plan.tree).map((each): RuleText => ({ ...each, cast, because }));
  });
  const lines = written.flatMap((rule) => printRule(rule, rules.indent));
  if (written.length === 0 || written.length >= policy.rules.length) return undefined;
  const compact = `${text.slice(0, rules.start)}${lines.join('\n').trimStart()}${text.slice(rules.end)}`;
  const again = resolve(parsePolicy(compact, formats).policy, plan.tree, formats);
  const same = plan.tensors.every((planned, at) => outcome(planned) === outcome(again.tensors[at]!));
  return same ? { text: compact, rulesBefore: policy.rules.length, rulesAfter: written.length } : undefined;
}

/** What a loader would see. */
function outcome({ treatment }: PlannedTensor): string {
  return treatment.kind === 'keep' ? 'keep' : JSON.stringify(treatment.cast);
}

/**
 * Groups of tensors that the default does not treat as the policy does, the largest first: its rules may be broad,
 * because those of the others come after them and win. Undefined when a rule can't be applied.
 */
function treatedGroups(policy: Policy, plan: Plan, formats: FormatTable): readonly Treated[] | undefined {
  const known = withDefined(formats, policy.formats);
  const byDefault = resolve({ ...policy, rules: [] }, plan.tree, formats);
  const groups = new Map<string, Treated>();
  for (const [at, planned] of plan.tensors.entries()) {
    const { treatment, decider, tensor } = planned;
    if (treatment.kind === 'keep' && treatment.reason === 'invalid') return undefined;
    const key = outcome(planned);
    if (key === outcome(byDefault.tensors[at]!)) continue;
    const format = treatment.kind === 'cast' ? known.find(treatment.cast.format)?.format : undefined;
    const cast = treatment.kind === 'cast' && format ? { cast: treatment.cast, format } : undefined;
    const group = groups.get(key) ?? { cast, tensors: [], reasons: new Set<string>() };
    group.tensors.push(tensor);
    const because = decider.kind === 'rule' ? policy.rules[decider.index]?.because : undefined;
    if (because !== undefined) group.reasons.add(because);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.tensors.length - a.tensors.length);
}
