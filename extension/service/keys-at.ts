import {
  BUDGET_KEYS,
  CHOICE_KEYS,
  DEFINED_FORMAT_KEYS,
  EVALUATE_KEYS,
  FLOAT_KEYS,
  POLICY_KEYS,
  RULE_KEYS,
  type KeySpec,
} from '../core/policy/keys';
import type { SyntaxPath } from '../core/policy/locate';

/** Keys of the mapping at a path; none where the language has no mapping. */
export function keysAt(path: SyntaxPath): readonly KeySpec[] {
  const [first, second] = path;
  if (first === undefined) return POLICY_KEYS;
  if (first === 'rules' && typeof second === 'number' && path.length === 2) return RULE_KEYS;
  if (first === 'formats' && path.length === 2) return DEFINED_FORMAT_KEYS;
  if (first === 'formats' && path.length === 3 && path[2] === 'float') return FLOAT_KEYS;
  if (path.length > 1) return [];
  switch (first) {
    case 'default':
      return CHOICE_KEYS;
    case 'evaluate':
      return EVALUATE_KEYS;
    case 'budget':
      return BUDGET_KEYS;
    default:
      return [];
  }
}

/** The key that the value at `path` belongs to, and the mapping of that key. */
export function ownerOf(path: SyntaxPath): { readonly mapping: SyntaxPath; readonly key: string } | undefined {
  const at = path.findLastIndex((step) => typeof step === 'string');
  return at < 0 ? undefined : { mapping: path.slice(0, at), key: path[at] as string };
}
