import { finding, TENSORS_SHOWN } from '../../policy/finding';
import { anyOf } from '../../policy/nearest';
import { ruleName } from '../../policy/rule-name';
import type { DraftCheck } from '../draft';
import { emptyWords, removeFrom, type TensorSet } from '../tensor-set';
import { removeRuleFix } from './remove-rule-fix';

/** Rules that select tensors and decide none of them: later rules take them all. */
export const shadowed: DraftCheck = (policy, { rules, selections, won, tree }) => {
  const left = emptyWords(tree.tensors.length);
  return policy.rules.flatMap((rule) => {
    const { matched } = rules[rule.index]!;
    if (matched.length === 0 || won[rule.index]!.size > 0) return [];
    const numbers = takers(selections[rule.index]!.selected, rule.index, won, left).map((index) =>
      ruleName(policy, index),
    );
    const by = numbers.length > 3 ? `${numbers.length} later rules` : anyOf(numbers).replace(' or ', ' and ');
    const count = matched.length === 1 ? 'its tensor is' : `all ${matched.length} of its tensors are`;
    const message = `this rule decides nothing: ${count} taken by ${by}; the last rule that matches wins`;
    const range = rule.match[0]?.range ?? rule.range;
    return [
      finding('shadowed', 'warning', range, message, {
        tensors: matched.first(TENSORS_SHOWN),
        fixes: removeRuleFix(rule, policy),
      }),
    ];
  });
};

/** The rules after `rule` that decide the tensors it selects, in file order; `left` is room to count in. */
function takers(selected: TensorSet, rule: number, won: readonly TensorSet[], left: Uint32Array): readonly number[] {
  left.set(selected.words, selected.from);
  const found: number[] = [];
  let size = selected.size;
  for (let later = won.length - 1; later > rule && size > 0; later--) {
    const removed = removeFrom(left, won[later]!, selected);
    if (removed > 0) found.push(later);
    size -= removed;
  }
  return found.reverse();
}
