import type { Fix } from '../../policy/finding';
import type { Policy, Rule } from '../../policy/policy';

/** Takes a rule in block style out, with its line breaks; nothing for the only rule and for one of another file. */
export function removeRuleFix(rule: Rule, { rules }: Policy): readonly Fix[] {
  if (rule.indent === undefined || rule.origin) return [];
  const own = rules.filter(({ origin }) => !origin);
  const at = own.indexOf(rule);
  const [before, next] = [own[at - 1], own[at + 1]];
  if (next) return [fix({ start: rule.range.start, end: next.range.start })];
  return before ? [fix({ start: before.range.end, end: rule.range.end })] : [];
}

function fix(range: { readonly start: number; readonly end: number }): Fix {
  return { title: 'Remove this rule', edits: [{ range, text: '' }], preferred: false };
}
