import type { Pattern, Policy, Rule } from '../core/policy/policy';
import { holds } from './syntax-walk';

/** A pattern where a rule has it. */
export interface RulePattern {
  readonly rule: Rule;
  readonly key: 'match' | 'except';
  readonly pattern: Pattern;
}

/** All patterns of a policy that can be read, in the order of its rules. */
export function patternsOf({ rules }: Policy): readonly RulePattern[] {
  return rules.flatMap((rule) => [
    ...rule.match.map((pattern): RulePattern => ({ rule, key: 'match', pattern })),
    ...rule.except.map((pattern): RulePattern => ({ rule, key: 'except', pattern })),
  ]);
}

export function patternAt(policy: Policy, offset: number): RulePattern | undefined {
  return patternsOf(policy).find(({ pattern }) => holds(pattern.range, offset));
}
