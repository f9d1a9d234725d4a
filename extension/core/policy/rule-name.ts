import type { Policy } from './policy';

/** A rule as people count them: `rule 2`, or `rule 1 of base.dtype.yaml` for one that comes from there. */
export function ruleName({ rules, inherited }: Pick<Policy, 'rules' | 'inherited'>, index: number): string {
  const origin = rules[index]?.origin;
  return origin ? `rule ${origin.number} of ${origin.file}` : `rule ${index - inherited + 1}`;
}
