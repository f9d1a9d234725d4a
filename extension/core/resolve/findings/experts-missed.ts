import { formatBytes } from '../../byte-size';
import type { TreeTensor } from '../../checkpoint/tensor';
import { finding, type Fix } from '../../policy/finding';
import type { Rule } from '../../policy/policy';
import { spell } from '../../policy/syntax';
import { isFloat, scaleTensorOf } from '../castable';
import type { Draft, DraftCheck } from '../draft';
import type { Outcome } from '../plan';

/** Share of the checkpoint's bytes from which experts that nobody thought of are worth a word. */
const LEAST_SHARE = 0.2;

/** Codes of so few bits are what a policy is written for. */
const SMALL_BITS = 8;

/**
 * Expert weights that no rule matches, in a policy that makes other matrices small: they are most of a mixture's bytes,
 * and patterns written for dense layers pass them by.
 */
export const expertsMissed: DraftCheck = (policy, draft) => {
  const missed = draft.outcomes.filter(
    ({ decider, treatment, tensor }) =>
      decider.kind === 'default' && treatment.kind === 'keep' && isExpert(tensor) && isPlain(tensor, draft),
  );
  const bytes = missed.reduce((sum, { tensor, count }) => sum + tensor.bytes * count, 0);
  if (bytes < draft.tree.bytes * LEAST_SHARE || bytes === 0) return [];
  const rule = policy.rules.find(({ index }) => makesSmall(index, draft));
  const place = rule?.match[0];
  if (!rule || !place) return [];
  const count = missed.reduce((sum, outcome) => sum + outcome.count, 0);
  const share = Math.round((bytes / draft.tree.bytes) * 100);
  const first = missed[0]!.tensor.name;
  const message = `no rule matches ${count} expert tensors, ${formatBytes(bytes)} or ${share}% of the checkpoint (${first}); they stay as they are`;
  const tensors = missed.map(({ tensor }) => tensor.name);
  return [finding('experts-missed', 'warning', place.range, message, { tensors, fixes: matchToo(rule, missed) })];
};

/** Matrices of the feed-forward part that belong to experts, one by one or stacked. */
function isExpert({ role, expert, shape }: TreeTensor): boolean {
  return role.startsWith('mlp-') && (expert !== undefined || shape.length === 3);
}

/** Not quantized yet: codes and their scales are small already. */
function isPlain(tensor: TreeTensor, { tree }: Draft): boolean {
  return isFloat(tensor.dtype) && scaleTensorOf(tensor, tree) === undefined;
}

function makesSmall(index: number, { outcomes, formats }: Draft): boolean {
  return outcomes.some(({ decider, treatment, tensor }) => {
    if (decider.kind !== 'rule' || decider.index !== index || treatment.kind !== 'cast') return false;
    return tensor.shape.length >= 2 && (formats.find(treatment.cast.format)?.format.bits ?? 16) <= SMALL_BITS;
  });
}

/** Adds globs of the experts to a rule with a single pattern. */
function matchToo({ match }: Rule, missed: readonly Outcome[]): readonly Fix[] {
  const [only] = match;
  if (!only || match.length > 1 || only.kind !== 'glob') return [];
  const globs = [...new Set(missed.map(({ tensor }) => tensor.name.replace(/(^|\.)\d+(?=\.|$)/g, '$1*')))];
  const list = [only.source, ...globs].map((glob) => spell(glob, 'double')).join(', ');
  return [{ title: 'Match the experts too', edits: [{ range: only.range, text: `[${list}]` }], preferred: false }];
}
