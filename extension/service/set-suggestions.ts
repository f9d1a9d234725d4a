import { escapeGlob } from './family-merges';
import type { TensorIndex } from './tensor-index';

/** Tensors that people name in two words, "all down_proj", with the shortest glob for exactly these. */
export interface SetSuggestion {
  readonly name: string;
  readonly glob: string;
  readonly tensors: number;
  readonly bytes: number;
}

/** Sets offered. */
const MOST_SETS = 40;

/** Families that are looked at. */
const MOST_FAMILIES = 5000;

/**
 * The modules that occur in more than one place, by the last word of their name, the heaviest first:
 * `**.down_proj.weight` for "down_proj". What else lies beside the weight (scales, biases) is a set of its own.
 */
export function suggestSets({ families }: TensorIndex): readonly SetSuggestion[] {
  const sets = new Map<string, { name: string; tensors: number; bytes: number }>();
  for (const { segments, tensors, bytes } of families.slice(0, MOST_FAMILIES)) {
    const [module, leaf] = segments.slice(-2);
    if (segments.length < 3 || module === undefined || leaf === undefined) continue;
    const glob = `**.${escapeGlob(module)}.${escapeGlob(leaf)}`;
    const name = leaf === 'weight' ? module : `${module}.${leaf}`;
    const set = sets.get(glob) ?? { name, tensors: 0, bytes: 0 };
    sets.set(glob, { name, tensors: set.tensors + tensors.length, bytes: set.bytes + bytes });
  }
  return [...sets]
    .filter(([, { tensors }]) => tensors > 1)
    .map(([glob, set]) => ({ glob, ...set }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_SETS);
}
