import { finding } from '../../policy/finding';
import { anyOf } from '../../policy/nearest';
import type { DraftCheck } from '../draft';

/** Rules that select tensors and decide none of them: later rules take them all. */
export const shadowed: DraftCheck = (policy, { rules, selections, tensors }) =>
  policy.rules.flatMap((rule) => {
    const { matched, won } = rules[rule.index]!;
    if (matched.length === 0 || won.length > 0) return [];
    const winners = new Set<number>();
    for (const at of selections[rule.index]!.selected) {
      const { decider } = tensors[at]!;
      if (decider.kind === 'rule') winners.add(decider.index);
    }
    const numbers = [...winners].sort((a, b) => a - b).map((index) => `rule ${index + 1}`);
    const by = numbers.length > 3 ? `${numbers.length} later rules` : anyOf(numbers).replace(' or ', ' and ');
    const count = matched.length === 1 ? 'its tensor is' : `all ${matched.length} of its tensors are`;
    const message = `this rule decides nothing: ${count} taken by ${by}; the last rule that matches wins`;
    const range = rule.match[0]?.range ?? rule.range;
    return [finding('shadowed', 'warning', range, message, { tensors: matched })];
  });
