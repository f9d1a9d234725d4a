import { located } from '../core/policy/range';
import type { DtypeChoice, Policy } from '../core/policy/policy';
import type { NumberFormat } from '../core/formats/format';
import type { FormatTable } from '../core/formats/format-table';
import type { MatchCache } from '../core/resolve/match-cache';
import { selectTensors } from '../core/resolve/selection';
import { allTensors, difference, forEachTensor, unionOf, type TensorSet } from '../core/resolve/tensor-set';
import { createTreatment } from '../core/resolve/treatment';
import type { TensorIndex } from './tensor-index';

/** How many tensors of each kind of an index are meant: figures for any number of tensors cost the same. */
export type KindCounts = ReadonlyMap<number, number>;

/** What a dtype would do to tensors. */
export interface DtypeEffect {
  readonly tensors: number;
  readonly elements: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Tensors that it can't be applied to: the group does not divide their rows. */
  readonly impossible: number;
}

export function kindCounts(set: TensorSet, { kindOf, kinds }: TensorIndex): KindCounts {
  const counts = new Uint32Array(kinds.length);
  forEachTensor(set, (at) => counts[kindOf[at]!]!++);
  return new Map([...counts.entries()].filter(([, count]) => count > 0));
}

/** The tensors that a choice is for: those its rule selects; for the default, those that no rule does. */
export function kindsOfChoice(
  policy: Policy,
  rule: number | undefined,
  index: TensorIndex,
  cache: MatchCache,
): KindCounts {
  const { tree } = index;
  if (rule !== undefined) {
    const chosen = policy.rules[rule];
    return chosen ? kindCounts(selectTensors(chosen, tree, cache).selected, index) : new Map();
  }
  const taken = policy.rules.map((each) => selectTensors(each, tree, cache).selected);
  return kindCounts(difference(allTensors(tree.tensors.length), unionOf(taken)), index);
}

export function dtypeEffect(
  choice: DtypeChoice,
  counts: KindCounts,
  { tree, kinds, elements }: TensorIndex,
  formats: FormatTable,
): DtypeEffect {
  const treat = createTreatment(choice, tree, formats);
  const total = { tensors: 0, elements: 0, bytesBefore: 0, bytesAfter: 0, impossible: 0 };
  for (const [kind, amount] of counts) {
    const tensor = kinds[kind]!;
    const treatment = treat(tensor);
    const after = treatment.kind === 'keep' ? tensor.bytes : treatment.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    total.tensors += amount;
    total.elements += amount * elements[kind]!;
    total.bytesBefore += amount * tensor.bytes;
    total.bytesAfter += amount * after;
    if (treatment.kind === 'keep' && treatment.reason === 'invalid') total.impossible += amount;
  }
  return total;
}

/** A rule's choice with another dtype in it; a scale that the format does not take gives way to its own. */
export function choiceWith(choice: DtypeChoice | undefined, format: NumberFormat): DtypeChoice {
  const nowhere = choice?.dtype?.range ?? { start: 0, end: 0 };
  const { scale, scaleDtype, round, overflow, options } = choice ?? {};
  return {
    dtype: located(format.id, nowhere),
    scale: scale && format.granularities.includes(scale.value.kind) ? scale : undefined,
    scaleDtype,
    round,
    overflow,
    options: options?.filter(({ name }) => format.options?.includes(name)) ?? [],
    activations: choice?.activations,
  };
}
