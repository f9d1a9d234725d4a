import type { FormatTable } from '../formats/format-table';
import type { ParsedPolicy } from '../policy/parse';
import type { Plan } from '../resolve/plan';
import { blockRules, type BlockRules } from './block-rules';
import { compactRules, type CompactPolicy } from './compact';

/**
 * The rules that could be written anew; undefined when there are none, or in brackets. A policy with `activations` is
 * left as it is, because its plan does not tell rules apart that differ in them alone, and so is one that extends
 * another: its plan is that of both.
 */
export function canCompact({ policy, syntax }: ParsedPolicy): BlockRules | undefined {
  if (policy.extends || [...policy.rules, policy.default].some((choice) => choice?.activations)) return undefined;
  return policy.rules.length < 2 ? undefined : blockRules({ syntax });
}

/** The compact form of a whole policy; undefined when its rules can't be made fewer. */
export function compactPolicy(parsed: ParsedPolicy, plan: Plan, formats: FormatTable): CompactPolicy | undefined {
  const rules = canCompact(parsed);
  return rules && compactRules(parsed.syntax.text, rules, parsed.policy, plan, formats);
}
