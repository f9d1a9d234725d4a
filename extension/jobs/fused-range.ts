import { NO_VALUES, addRanges, type ValueRange } from '../core/analysis/value-range';
import type { TensorInfo, TensorTree, TreeTensor } from '../core/checkpoint/tensor';
import { fusedCompanions } from '../core/interop/fused-scales';
import type { Plan } from '../core/resolve/plan';

/** Range of a tensor and of all that share a global scale with it, given how that of one of them is found. */
export type FusedRange = (
  tensor: TensorInfo,
  rangeOf: (tensor: TensorInfo) => Promise<ValueRange>,
) => Promise<ValueRange>;

/** Reads each tensor once, however many share its scale. Formats that differ share nothing. */
export function fusedRange(tree: TensorTree, formatOf: (tensor: TreeTensor) => string | undefined): FusedRange {
  const known = new Map<string, Promise<ValueRange>>();
  const companions = fusedCompanions(tree, (a, b) => formatOf(a) !== undefined && formatOf(a) === formatOf(b));
  return async (tensor, rangeOf) => {
    let whole = NO_VALUES;
    for (const each of [tensor, ...companions(tensor.name)]) {
      const range = known.get(each.name) ?? rangeOf(each);
      known.set(each.name, range);
      whole = addRanges(whole, await range);
    }
    return whole;
  };
}

/** Of the casts of a plan. */
export function fusedRangeOf(plan: Plan): FusedRange {
  return fusedRange(plan.tree, ({ name }) => {
    const treatment = plan.byName.get(name)?.treatment;
    return treatment?.kind === 'cast' ? treatment.cast.format : undefined;
  });
}
