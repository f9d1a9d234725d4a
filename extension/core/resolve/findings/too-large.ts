import { finding } from '../../policy/finding';
import type { DraftCheck } from '../draft';
import type { Selection } from '../selection';
import { NO_TENSORS } from '../tensor-set';

/** Tells a rule that was not read from one that matches nothing. */
const NOT_READ: Selection['match'] = [];

/** Tensors that all rules together may select; thousands of rules that match everything would fill the memory. */
const MOST_MATCHES = 20_000_000;

const NOTHING: Selection = {
  match: NOT_READ,
  except: [],
  matched: NO_TENSORS,
  inLayers: NO_TENSORS,
  selected: NO_TENSORS,
};

/** Selections of the rules in order until the limit is reached; the rules after that select nothing. */
export function withinMatches(selections: readonly (() => Selection)[]): readonly Selection[] {
  let matches = 0;
  return selections.map((select) => {
    if (matches > MOST_MATCHES) return NOTHING;
    const selection = select();
    matches += selection.selected.size;
    return selection;
  });
}

/** Rules that were not looked at, because the ones before select too much. */
export const tooManyMatches: DraftCheck = (policy, { selections }) => {
  const at = selections.findIndex(({ match }) => match === NOT_READ);
  const rule = policy.rules[at];
  if (!rule) return [];
  const message = `the rules before this one select tensors ${MOST_MATCHES} times; it and the rules after it are not read`;
  return [finding('too-large', 'error', rule.range, message)];
};
