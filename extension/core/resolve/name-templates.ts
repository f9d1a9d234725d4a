import type { TensorTree } from '../checkpoint/tensor';

/** Names that differ in their numbers only, told once: 91,000 tensors of a mixture are a few dozen of these. */
export interface NameTemplate {
  /** Dotted segments of the first such name. */
  readonly segments: readonly string[];
  /** How many tensors share it. */
  readonly count: number;
}

/** Templates of all names in order of first appearance. */
export function nameTemplates(tree: TensorTree): readonly NameTemplate[] {
  const templates = new Map<string, { readonly segments: readonly string[]; count: number }>();
  for (const { name } of tree.tensors) {
    const folded = name.replace(/(^|\.)\d+(?=\.|$)/g, '$1#');
    const known = templates.get(folded);
    if (known) known.count++;
    else templates.set(folded, { segments: name.split('.'), count: 1 });
  }
  return [...templates.values()];
}
