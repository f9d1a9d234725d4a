import type { Finding, FindingCode } from '../policy/finding';
import type { Policy } from '../policy/policy';

/** What is usual of rules that a policy builds on: they are overridden, on purpose. */
const USUAL: ReadonlySet<FindingCode> = new Set(['shadowed', 'redundant', 'unreachable-default']);

/**
 * Findings about inherited rules stand at `extends:`, where no fix can be made. That such a rule is overridden is its
 * purpose, and that one matches nothing is no error: a base is written for several models.
 */
export function inheritedFindings(findings: readonly Finding[], policy: Policy): readonly Finding[] {
  const base = policy.extends;
  if (!base || policy.inherited === 0) return findings;
  return findings.flatMap((found): readonly Finding[] => {
    if (found.range !== base.range || found.code === 'extends') return [found];
    if (USUAL.has(found.code)) return [];
    const severity = found.code === 'no-match' ? 'information' : found.severity;
    return [{ ...found, severity, message: `${base.value}: ${found.message}`, fixes: [] }];
  });
}
