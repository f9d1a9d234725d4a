import type { FusedGroup, TreeTensor } from '../checkpoint/tensor';
import type { Finding } from '../policy/finding';
import { resolveLayers } from '../policy/layers';
import { compilePattern } from '../policy/pattern';
import type { Pattern, Policy, Rule } from '../policy/policy';
import { dtypeLabel } from './dtype-label';
import type { Plan, PlannedTensor } from './plan';

/** What became of one rule for a tensor, and by which of its patterns. */
export type RuleVerdict =
  | { readonly kind: 'wins' | 'beaten'; readonly pattern: string }
  | { readonly kind: 'excepted'; readonly pattern: string; readonly except: string }
  | { readonly kind: 'other-layers'; readonly pattern: string }
  | { readonly kind: 'no-match' };

/** Another tensor that must have the same dtype. */
export interface GroupMember {
  readonly name: string;
  readonly dtype: string;
  readonly agrees: boolean;
}

/** Why a tensor gets its dtype. */
export interface Explanation {
  readonly planned: PlannedTensor;
  /** One for each rule, in the order of the file. */
  readonly rules: readonly { readonly rule: Rule; readonly verdict: RuleVerdict }[];
  readonly group: { readonly kind: FusedGroup['kind']; readonly members: readonly GroupMember[] } | undefined;
  /** Findings that name the tensor. */
  readonly findings: readonly Finding[];
}

/** Undefined for a name that the checkpoint does not hold. */
export function explain(
  name: string,
  plan: Plan,
  policy: Policy,
  findings: readonly Finding[],
): Explanation | undefined {
  const planned = plan.byName.get(name);
  if (!planned) return undefined;
  const group = plan.tree.groups.find(({ id }) => id === planned.tensor.group);
  return {
    planned,
    rules: policy.rules.map((rule) => ({ rule, verdict: verdictOf(rule, planned, plan.tree.layerCount) })),
    group: group && { kind: group.kind, members: membersOf(group, planned, plan) },
    findings: findings.filter(({ tensors }) => tensors.includes(name)),
  };
}

function verdictOf(rule: Rule, { tensor, decider }: PlannedTensor, layerCount: number): RuleVerdict {
  const pattern = firstMatch(rule.match, tensor.name);
  if (!pattern) return { kind: 'no-match' };
  const written = printPattern(pattern);
  if (!inLayers(rule, tensor, layerCount)) return { kind: 'other-layers', pattern: written };
  const except = firstMatch(rule.except, tensor.name);
  if (except) return { kind: 'excepted', pattern: written, except: printPattern(except) };
  const wins = decider.kind === 'rule' && decider.index === rule.index;
  return { kind: wins ? 'wins' : 'beaten', pattern: written };
}

function firstMatch(patterns: readonly Pattern[], name: string): Pattern | undefined {
  return patterns.find((pattern) => {
    const compiled = compilePattern(pattern);
    return compiled.kind === 'pattern' && compiled.matches(name);
  });
}

function inLayers({ layers }: Rule, { layer }: TreeTensor, layerCount: number): boolean {
  if (!layers) return true;
  if (layer === undefined) return false;
  return layers.value.some((range) => {
    const { first, last } = resolveLayers(range, layerCount);
    return layer >= first && layer <= last;
  });
}

/** A pattern as a policy writes it. */
function printPattern({ kind, source }: Pattern): string {
  return kind === 'regex' ? `/${source}/` : source;
}

function membersOf(group: FusedGroup, planned: PlannedTensor, plan: Plan): readonly GroupMember[] {
  const own = dtypeLabel(planned);
  return group.tensors
    .filter((name) => name !== planned.tensor.name)
    .flatMap((name) => {
      const member = plan.byName.get(name);
      if (!member) return [];
      const dtype = dtypeLabel(member);
      return [{ name, dtype, agrees: dtype === own }];
    });
}
