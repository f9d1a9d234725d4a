import type { Finding } from '../policy/finding';
import type { FormatTable } from '../formats/format-table';
import type { DtypeChoice, Policy } from '../policy/policy';
import type { MatchCache } from './match-cache';
import type { Decider, Plan } from './plan';
import type { Selection } from './selection';

/** A plan before its findings, with what the findings are made from. */
export interface Draft extends Omit<Plan, 'findings'> {
  readonly selections: readonly Selection[];
  readonly formats: FormatTable;
  readonly cache: MatchCache;
}

/** One check of a draft: a file in `findings/`, named after its code. */
export type DraftCheck = (policy: Policy, draft: Draft) => readonly Finding[];

/** What the decider of a tensor asked for; undefined without a default. */
export function choiceOf(decider: Decider, policy: Policy): DtypeChoice | undefined {
  return decider.kind === 'rule' ? policy.rules[decider.index] : policy.default;
}

/** What decides tensors, the default first: each with what it asks for. */
export function deciders(policy: Policy): readonly { readonly decider: Decider; readonly choice: DtypeChoice }[] {
  const rules = policy.rules.map((rule) => ({ decider: { kind: 'rule', index: rule.index } as const, choice: rule }));
  return policy.default ? [{ decider: { kind: 'default' }, choice: policy.default }, ...rules] : rules;
}
