import type { TreeTensor } from '../../checkpoint/tensor';
import { finding, type Fix } from '../../policy/finding';
import type { DtypeChoice, Rule } from '../../policy/policy';
import { spell } from '../../policy/syntax';
import { concerns, type DraftCheck } from '../draft';
import { castLabel } from '../dtype-label';

/** Bits from which a format is exact enough for any tensor. */
const ROBUST_BITS = 16;

/** Exceptions written into a rule by a fix; more are better thought of than inserted. */
const MOST_EXCEPTIONS = 6;

/** Small tensors that every value passes through, cast to 8 bits or fewer: nothing saved, much lost. */
export const fragile: DraftCheck = (policy, draft) =>
  concerns(policy, draft, ({ tensor, treatment }) => {
    if (treatment.kind === 'keep' || kindOf(tensor) === undefined) return false;
    return (draft.formats.find(treatment.cast.format)?.format.bits ?? 0) < ROBUST_BITS;
  }).map(({ choice, outcomes, count, names }) => {
    const { tensor, treatment } = outcomes[0]!;
    const label = treatment.kind === 'cast' ? castLabel(treatment.cast) : '';
    const more = count > 1 ? ` (and ${count - 1} more such tensors)` : '';
    const message = `${tensor.name}: ${label} on ${kindOf(tensor)!} saves next to nothing and costs much; keep it${more}`;
    const fixes = exceptFix(
      choice,
      outcomes.map((outcome) => outcome.tensor),
    );
    return finding('fragile', 'warning', choice.dtype!.range, message, { tensors: names, fixes });
  });

function kindOf({ role, shape }: TreeTensor): string | undefined {
  switch (role) {
    case 'norm':
      return 'a norm';
    case 'router':
      return 'a router';
    case 'bias':
      return 'a bias';
    case 'scale':
      return 'a scale';
    default:
      return shape.length < 2 ? 'a vector' : undefined;
  }
}

/** Writes the tensors, one of each name template at least, as `except:` below the dtype of a block rule that has none. */
function exceptFix(choice: DtypeChoice, tensors: readonly TreeTensor[]): readonly Fix[] {
  const { indent, except } = choice as Partial<Rule>;
  if (indent === undefined || !choice.dtype || (except ?? []).length > 0) return [];
  const globs = [...new Set(tensors.map(({ name }) => name.replace(/(^|\.)\d+(?=\.|$)/g, '$1*')))];
  if (globs.length > MOST_EXCEPTIONS) return [];
  const { end } = choice.dtype.range;
  const list = globs.map((glob) => spell(glob, 'double')).join(', ');
  const text = `\n${' '.repeat(indent)}except: [${list}]`;
  return [{ title: 'Leave these tensors alone', edits: [{ range: { start: end, end }, text }], preferred: true }];
}
