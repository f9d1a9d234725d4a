import type { TensorTree } from '../checkpoint/tensor';
import { compilePattern } from '../policy/pattern';
import type { Pattern } from '../policy/policy';
import { nameTemplates, type NameTemplate } from './name-templates';

/** Remembers which tensors a pattern matches, so that typing in one rule asks only for that rule anew. */
export interface MatchCache {
  /** Indices in `tree.tensors`, ascending; none for a pattern that does not compile. */
  matches(tree: TensorTree, pattern: Pick<Pattern, 'kind' | 'source'>): Uint32Array;
  templates(tree: TensorTree): readonly NameTemplate[];
}

/** Patterns remembered for one tree; the oldest goes first. */
const MOST_PATTERNS = 256;

/** A cache for one owner (a document, a session); trees that nobody holds any more are forgotten. */
export function createMatchCache(): MatchCache {
  const patterns = new WeakMap<TensorTree, Map<string, Uint32Array>>();
  const templates = new WeakMap<TensorTree, readonly NameTemplate[]>();
  return {
    matches(tree, pattern) {
      const known = patterns.get(tree) ?? new Map<string, Uint32Array>();
      patterns.set(tree, known);
      const key = `${pattern.kind} ${pattern.source}`;
      const found = known.get(key) ?? matchingTensors(tree, pattern);
      // Put at the end again: a Map keeps its order, so the first key is the one not asked for the longest.
      known.delete(key);
      known.set(key, found);
      if (known.size > MOST_PATTERNS) known.delete(known.keys().next().value!);
      return found;
    },
    templates(tree) {
      const found = templates.get(tree) ?? nameTemplates(tree);
      templates.set(tree, found);
      return found;
    },
  };
}

function matchingTensors(tree: TensorTree, pattern: Pick<Pattern, 'kind' | 'source'>): Uint32Array {
  const compiled = compilePattern(pattern);
  if (compiled.kind === 'error') return new Uint32Array();
  const found: number[] = [];
  tree.tensors.forEach(({ name }, at) => {
    if (compiled.matches(name)) found.push(at);
  });
  return Uint32Array.from(found);
}
