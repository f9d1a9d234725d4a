import { finding, replacement } from '../../policy/finding';
import { KEEP } from '../../policy/read/dtype';
import type { DraftCheck } from '../draft';

/** A default that casts, where the rules match every tensor. `keep` says in words what a policy without default does. */
export const unreachableDefault: DraftCheck = ({ default: choice }, { outcomes, tree }) => {
  if (!choice?.dtype || choice.dtype.value === KEEP || tree.tensors.length === 0) return [];
  if (outcomes.some(({ decider }) => decider.kind === 'default')) return [];
  const message = 'no tensor gets the default: the rules match all of them';
  const { scale, options } = choice;
  const fixes = scale || options.length > 0 ? [] : [replacement('Write keep', choice.dtype.range, KEEP, false)];
  return [finding('unreachable-default', 'hint', choice.dtype.range, message, { fixes })];
};
