import { finding } from '../../policy/finding';
import type { DtypeChoice } from '../../policy/policy';
import { KEEP } from '../../policy/read/dtype';
import { ruleName } from '../../policy/rule-name';
import type { FormatTable } from '../../formats/format-table';
import type { Draft, DraftCheck } from '../draft';
import { difference, firstTensors, hasTensor, intersection, type TensorSet } from '../tensor-set';
import { castOf } from '../treatment';
import { removeRuleFix } from './remove-rule-fix';

/**
 * Rules that ask for what their tensors would get without them: taken away, they change nothing. A rule that keeps
 * says so on purpose and is never told.
 */
export const redundant: DraftCheck = (policy, draft) => {
  const asked = [...policy.rules, policy.default].map((choice) => keyOf(choice, draft.formats));
  return policy.rules.flatMap((rule) => {
    const won = draft.won[rule.index]!;
    if (won.size === 0 || asked[rule.index] === undefined || asked[rule.index] === KEEP) return [];
    const next = nextDecider(won, rule.index, draft, asked);
    if (next === undefined) return [];
    const who = next === policy.rules.length ? 'the default' : ruleName(policy, next);
    const message = `this rule changes nothing: without it its tensors get the same, as ${who} asks for it too`;
    return [
      finding('redundant', 'hint', rule.match[0]?.range ?? rule.range, message, {
        tensors: firstTensors(won, 10).map((at) => draft.tree.tensors[at]!.name),
        fixes: removeRuleFix(rule, policy),
      }),
    ];
  });
};

/** All that a choice asks for; undefined for one that can't be read. */
function keyOf(choice: DtypeChoice | undefined, formats: FormatTable): string | undefined {
  const activations = choice?.activations?.value;
  if (!choice || choice.dtype?.value === KEEP) return activations ? `${KEEP} ${activations}` : KEEP;
  const cast = castOf(choice, formats)?.cast;
  return cast && JSON.stringify({ ...cast, activations });
}

/** The last of the earlier deciders of `won`, when all of them ask for the same as rule `index`. */
function nextDecider(
  won: TensorSet,
  index: number,
  { selections, tree }: Draft,
  asked: readonly (string | undefined)[],
): number | undefined {
  const byDefault = selections.length;
  // Mostly the first tensor alone tells that the rule does something.
  const [first] = firstTensors(won, 1);
  let rule = index - 1;
  while (rule >= 0 && !hasTensor(selections[rule]!.selected, first!)) rule--;
  if (asked[rule < 0 ? byDefault : rule] !== asked[index] || tree.tensors.length === 0) return undefined;
  let left = won;
  let last: number | undefined;
  for (let at = index - 1; at >= 0 && left.size > 0; at--) {
    const part = intersection(left, selections[at]!.selected);
    if (part.size === 0) continue;
    if (asked[at] !== asked[index]) return undefined;
    last ??= at;
    left = difference(left, part);
  }
  if (left.size === 0) return last;
  return asked[byDefault] === asked[index] ? (last ?? byDefault) : undefined;
}
