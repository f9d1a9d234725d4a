import type { Plan, PlannedTensor } from './plan';
import { forEachTensor, hasTensor, type TensorSet } from './tensor-set';
import type { TreeIndex } from './tree-index';

const NONE: readonly number[] = [];

/** Plans of single tensors from the outcomes of all: `tensors` is made at its first use, `byName` one at a time. */
export function plannedTensors(
  { outcomes, outcomeOf }: Pick<Plan, 'outcomes' | 'outcomeOf'>,
  selected: readonly TensorSet[],
  { tree, positionOf }: TreeIndex,
): Pick<Plan, 'tensors' | 'byName'> {
  const planned = (at: number, beaten: readonly number[]): PlannedTensor => {
    const { decider, treatment, bytesAfter } = outcomes[outcomeOf[at]!]!;
    const tensor = tree.tensors[at]!;
    return { tensor, treatment, decider, beaten, bytesBefore: tensor.bytes, bytesAfter };
  };
  const winner = (at: number): number => {
    const { decider } = outcomes[outcomeOf[at]!]!;
    return decider.kind === 'rule' ? decider.index : -1;
  };
  const all = (): readonly PlannedTensor[] => {
    const beaten = new Map<number, number[]>();
    selected.forEach((set, rule) => {
      forEachTensor(set, (at) => {
        if (winner(at) === rule) return;
        const losers = beaten.get(at);
        if (losers) losers.push(rule);
        else beaten.set(at, [rule]);
      });
    });
    return tree.tensors.map((_, at) => planned(at, beaten.get(at) ?? NONE));
  };
  let made: readonly PlannedTensor[] | undefined;
  const single = new Map<number, PlannedTensor>();
  // Most of who ask for one tensor never look at the rules that lost.
  const one = (at: number): PlannedTensor => {
    let beaten: readonly number[] | undefined;
    const won = winner(at);
    return {
      ...planned(at, NONE),
      get beaten() {
        return (beaten ??= [...selected.keys()].filter((rule) => rule !== won && hasTensor(selected[rule]!, at)));
      },
    };
  };
  return {
    get tensors() {
      return (made ??= all());
    },
    byName: {
      get(name) {
        const at = positionOf(name);
        if (at === undefined || made) return made?.[at ?? -1];
        // Findings name the same few tensors again and again.
        const found = single.get(at) ?? one(at);
        single.set(at, found);
        return found;
      },
    },
  };
}
