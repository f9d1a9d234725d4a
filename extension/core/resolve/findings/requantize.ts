import type { TreeTensor } from '../../checkpoint/tensor';
import { finding, type Finding } from '../../policy/finding';
import type { DtypeChoice } from '../../policy/policy';
import { scaleTensorOf } from '../castable';
import { choiceOf, deciders, type Draft, type DraftCheck } from '../draft';
import { firstOf } from '../dtype-label';

/** Casts of what is quantized already: codes are no numbers without their scales. */
export const requantize: DraftCheck = (policy, draft) => {
  const scaled = new Map<DtypeChoice, TreeTensor[]>();
  for (const { tensor, treatment, decider } of draft.tensors) {
    const choice = choiceOf(decider, policy);
    if (!choice?.dtype || treatment.kind === 'cast' || treatment.reason !== 'invalid') continue;
    if (scaleTensorOf(tensor, draft.tree) === undefined) continue;
    const known = scaled.get(choice);
    if (known) known.push(tensor);
    else scaled.set(choice, [tensor]);
  }
  return deciders(policy).flatMap(({ decider, choice }): readonly Finding[] => {
    const tensors = scaled.get(choice) ?? [];
    const [first] = tensors;
    if (!first) return decider.kind === 'rule' ? castsNothing(decider.index, choice, draft) : [];
    const names = tensors.map(({ name }) => name);
    const scale = scaleTensorOf(first, draft.tree)!;
    const message = `${firstOf(names)}: quantized already, and the codes mean nothing without ${scale}; keep it, or start from the unquantized checkpoint`;
    return [finding('requantize', 'error', choice.dtype!.range, message, { tensors: names })];
  });
};

/** A rule that asks for a cast and gets none, because all its tensors hold integers or packed codes. */
function castsNothing(index: number, choice: DtypeChoice, draft: Draft): readonly Finding[] {
  const { won } = draft.rules[index]!;
  const planned = won.map((name) => draft.byName.get(name)!);
  const none = planned.every(({ treatment }) => treatment.kind === 'keep' && treatment.reason === 'not-float');
  if (!choice.dtype || won.length === 0 || !none) return [];
  const message = `${firstOf(won)}: stored as ${planned[0]!.tensor.dtype}, which is no floating point number, so nothing is cast`;
  return [finding('requantize', 'warning', choice.dtype.range, message, { tensors: won })];
}
