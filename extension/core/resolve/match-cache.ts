import type { TensorTree } from '../checkpoint/tensor';
import { compilePattern } from '../policy/pattern';
import type { Pattern } from '../policy/policy';
import { matchTemplates } from './match-templates';
import { NO_TENSORS, type TensorSet } from './tensor-set';
import { indexTree, type TreeIndex } from './tree-index';

/** Remembers what patterns match, so that typing in one rule asks only for that rule anew. */
export interface MatchCache {
  /** The tensors whose names a pattern matches; none for a pattern that does not compile. */
  matches(tree: TensorTree, pattern: Pick<Pattern, 'kind' | 'source'>): TensorSet;
  /** What was remembered of a tree under `key`, made anew where it was forgotten; keys are unique for what they make. */
  remember<T>(tree: TensorTree, key: string, make: () => T): T;
  index(tree: TensorTree): TreeIndex;
}

/** Bytes that the sets remembered for one tree may take. */
const MOST_BYTES = 16_000_000;

/** Sets remembered for one tree, however large or small it is. */
const ENTRIES = { least: 64, most: 4096 } as const;

/** A cache for one owner (a document, a session); trees that nobody holds any more are forgotten. */
export function createMatchCache(): MatchCache {
  const remembered = new WeakMap<TensorTree, Map<string, unknown>>();
  const indexes = new WeakMap<TensorTree, TreeIndex>();
  const index: MatchCache['index'] = (tree) => {
    const found = indexes.get(tree) ?? indexTree(tree);
    indexes.set(tree, found);
    return found;
  };
  const remember: MatchCache['remember'] = (tree, key, make) => {
    const known = remembered.get(tree) ?? new Map<string, unknown>();
    remembered.set(tree, known);
    const found = known.has(key) ? (known.get(key) as ReturnType<typeof make>) : make();
    // Put at the end again: a Map keeps its order, so the first key is the one not asked for the longest.
    known.delete(key);
    known.set(key, found);
    if (known.size > mostEntries(tree)) known.delete(known.keys().next().value!);
    return found;
  };
  return {
    index,
    remember,
    matches: (tree, pattern) => remember(tree, patternKey(pattern), () => matchingTensors(index(tree), pattern)),
  };
}

/** A pattern as a key of what is remembered. */
export function patternKey({ kind, source }: Pick<Pattern, 'kind' | 'source'>): string {
  return `${kind} ${source}`;
}

function mostEntries({ tensors }: TensorTree): number {
  const bytes = Math.ceil(tensors.length / 8);
  return Math.max(ENTRIES.least, Math.min(ENTRIES.most, Math.floor(MOST_BYTES / (bytes + 1))));
}

function matchingTensors(index: TreeIndex, pattern: Pick<Pattern, 'kind' | 'source'>): TensorSet {
  const compiled = compilePattern(pattern);
  if (compiled.kind === 'error') return NO_TENSORS;
  return matchTemplates(compiled, index);
}
