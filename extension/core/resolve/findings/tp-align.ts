import type { TreeTensor } from '../../checkpoint/tensor';
import type { Target } from '../../policy/keys';
import { finding } from '../../policy/finding';
import { concerns, type DraftCheck, type Draft } from '../draft';
import type { Outcome } from '../plan';

/** Loaders of these layouts serve models split over several GPUs. */
const SPLITTING: ReadonlySet<Target> = new Set<Target>(['compressed-tensors', 'modelopt', 'torchao']);

/** Rows of so many elements belong to models that are split; smaller ones fit one GPU. */
const LEAST_COLUMNS = 2048;

/** Usual numbers of GPUs. */
const DEGREES = [2, 4, 8] as const;

/**
 * Groups that a tensor-parallel split cuts through. The output projections of attention and feed-forward are split
 * along the row, so each GPU's part of a row has to be whole groups.
 */
export const tpAlign: DraftCheck = (policy, draft) => {
  const target = policy.target?.value;
  if (target === undefined || !SPLITTING.has(target)) return [];
  return concerns(policy, draft, (outcome) => cutBy(outcome, draft) !== undefined).map(
    ({ choice, outcomes, count, names }) => {
      const { tensor } = outcomes[0]!;
      const { degree, size } = cutBy(outcomes[0]!, draft)!;
      const columns = tensor.shape.at(-1)!;
      const whole = DEGREES.filter((each) => (columns / each) % size === 0);
      const advice = whole.length > 0 ? `${whole.join(' or ')} GPUs fit` : 'no usual number of GPUs fits';
      const more = count > 1 ? ` (and ${count - 1} more tensors)` : '';
      const message = `${tensor.name}: split over ${degree} GPUs a row has ${columns / degree} elements, no whole number of groups of ${size}; ${advice}${more}`;
      const range = choice.scale?.range ?? choice.dtype!.range;
      return finding('tp-align', 'information', range, message, { tensors: names });
    },
  );
};

/** The least number of GPUs whose parts are no whole groups, though they are whole numbers of elements. */
function cutBy(
  { tensor, treatment }: Outcome,
  { formats }: Draft,
): { readonly degree: number; readonly size: number } | undefined {
  if (treatment.kind !== 'cast' || !isRowParallel(tensor)) return undefined;
  const { scale, format } = treatment.cast;
  if (scale.kind !== 'group' || formats.find(format)?.format.flattened) return undefined;
  const columns = tensor.shape.at(-1) ?? 1;
  if (columns < LEAST_COLUMNS) return undefined;
  const degree = DEGREES.find((each) => columns % each === 0 && (columns / each) % scale.size !== 0);
  return degree === undefined ? undefined : { degree, size: scale.size };
}

function isRowParallel({ role, shape }: TreeTensor): boolean {
  return shape.length === 2 && (role === 'attention-o' || role === 'mlp-down');
}
