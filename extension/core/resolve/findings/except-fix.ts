import type { TreeTensor } from '../../checkpoint/tensor';
import type { Fix } from '../../policy/finding';
import type { DtypeChoice, Rule } from '../../policy/policy';
import { spell } from '../../policy/syntax';

/** Exceptions written into a rule by a fix; more are better thought of than inserted. */
const MOST_EXCEPTIONS = 6;

/** Writes the tensors, one of each name template at least, as `except:` below the dtype of a block rule that has none. */
export function exceptFix(choice: DtypeChoice, tensors: readonly TreeTensor[], preferred: boolean): readonly Fix[] {
  const { indent, except } = choice as Partial<Rule>;
  if (indent === undefined || !choice.dtype || (except ?? []).length > 0) return [];
  const globs = [...new Set(tensors.map(({ name }) => name.replace(/(^|\.)\d+(?=\.|$)/g, '$1*')))];
  if (globs.length > MOST_EXCEPTIONS) return [];
  const { end } = choice.dtype.range;
  const list = globs.map((glob) => spell(glob, 'double')).join(', ');
  const text = `\n${' '.repeat(indent)}except: [${list}]`;
  return [{ title: 'Leave these tensors alone', edits: [{ range: { start: end, end }, text }], preferred }];
}
