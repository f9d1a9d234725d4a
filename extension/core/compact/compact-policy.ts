import type { FormatTable } from '../formats/format-table';
import type { ParsedPolicy } from '../policy/parse';
import type { Plan } from '../resolve/plan';
import { compactRules, type CompactPolicy } from './compact';

/**
 * The compact form of a whole policy; undefined when its rules are no block list, or can't be made fewer. A policy with
 * `activations` is left as it is: its plan does not tell rules apart that differ in them alone.
 */
export function compactPolicy(
  { policy, syntax }: ParsedPolicy,
  plan: Plan,
  formats: FormatTable,
): CompactPolicy | undefined {
  if ([...policy.rules, policy.default].some((choice) => choice?.activations)) return undefined;
  const rules = syntax.root?.kind === 'map' ? syntax.root.entries.find(({ key }) => key.text === 'rules') : undefined;
  if (rules?.value?.kind !== 'list') return undefined;
  const { start, end } = rules.value.range;
  const lineStart = syntax.text.lastIndexOf('\n', start - 1) + 1;
  // A list in brackets begins behind its key; what is written there would be no block list.
  const indent = syntax.text.slice(lineStart, start);
  if (indent.trim() !== '') return undefined;
  return compactRules(syntax.text, { start, end, indent: indent.length }, policy, plan, formats);
}
