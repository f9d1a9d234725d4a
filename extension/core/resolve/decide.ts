import type { TensorTree } from '../checkpoint/tensor';
import type { FormatTable } from '../formats/format-table';
import type { DtypeChoice, Policy } from '../policy/policy';
import type { Decider, Outcome, Plan, Treatment } from './plan';
import { forEachTensor, fullWords, takeFrom, tensorSet, type TensorSet } from './tensor-set';
import { createTreatment } from './treatment';
import type { TreeIndex } from './tree-index';

/** Who decides which tensors. */
export interface Decided extends Pick<Plan, 'outcomes' | 'outcomeOf'> {
  /** For each rule in file order, the tensors it decides. */
  readonly won: readonly TensorSet[];
}

/**
 * Gives every tensor to the LAST rule that selects it, and those that are left to the default. The rules are
 * gone through from the last to the first, each taking its share of what is still free.
 */
export function decide(
  policy: Policy,
  selected: readonly TensorSet[],
  index: TreeIndex,
  formats: FormatTable,
): Decided {
  const { tree } = index;
  const free = fullWords(tree.tensors.length);
  const won = new Array<TensorSet>(policy.rules.length);
  for (let rule = policy.rules.length - 1; rule >= 0; rule--) {
    won[rule] = takeFrom(free, selected[rule]!);
  }
  const outcomes: Outcome[] = [];
  const most = Math.min(tree.tensors.length, (policy.rules.length + 1) * index.kinds.length);
  const outcomeOf = most < 2 ** 16 ? new Uint16Array(tree.tensors.length) : new Uint32Array(tree.tensors.length);
  const gather = (decider: Decider, choice: DtypeChoice | undefined, set: TensorSet): void => {
    if (set.size > 0) outcomes.push(...outcomesOf(decider, choice, set, index, formats, outcomeOf, outcomes.length));
  };
  gather({ kind: 'default' }, policy.default, tensorSet(free));
  for (const rule of policy.rules) gather({ kind: 'rule', index: rule.index }, rule, won[rule.index]!);
  return { won, outcomes, outcomeOf };
}

/** The outcomes of one decider by order of their first tensor; writes which is whose into `outcomeOf`. */
function outcomesOf(
  decider: Decider,
  choice: DtypeChoice | undefined,
  set: TensorSet,
  { tree, kinds, kindOf }: TreeIndex,
  formats: FormatTable,
  outcomeOf: Plan['outcomeOf'],
  from: number,
): readonly Outcome[] {
  const treat = createTreatment(choice, tree, formats);
  const numberOf = new Map<number, number>();
  const firsts: number[] = [];
  const counts: number[] = [];
  // Tensors of a kind mostly stand in runs or take turns with a few others.
  let kind = -1;
  let number = -1;
  forEachTensor(set, (at) => {
    if (kindOf[at] !== kind) {
      kind = kindOf[at]!;
      number = numberOf.get(kind) ?? -1;
      if (number < 0) {
        number = firsts.push(at) - 1;
        counts.push(0);
        numberOf.set(kind, number);
      }
    }
    counts[number]!++;
    outcomeOf[at] = from + number;
  });
  return firsts.map((at, place): Outcome => {
    const treatment = treat(kinds[kindOf[at]!]!);
    const tensor = tree.tensors[at]!;
    return { decider, tensor, treatment, count: counts[place]!, bytesAfter: bytesAfter(treatment, tensor) };
  });
}

function bytesAfter(treatment: Treatment, tensor: TensorTree['tensors'][number]): number {
  return treatment.kind === 'keep' ? tensor.bytes : treatment.parts.reduce((sum, { bytes }) => sum + bytes, 0);
}
