import type { TreeTensor } from '../checkpoint/tensor';

/** Tensors whose names differ in their layer only: what one glob with `*` for the layer names. */
export interface Column {
  /** Segments of the glob: `model`, `layers`, `*`, `mlp`, `up_proj`, `weight`. */
  readonly segments: readonly string[];
  readonly tensors: readonly TreeTensor[];
}

/**
 * The columns of tensors, in order of first appearance. All numbers become `*`, those of experts too. Names that are
 * no plain segments (with characters that a glob gives a meaning) are columns of their own, escaped.
 */
export function columnsOf(tensors: readonly TreeTensor[]): readonly Column[] {
  const columns = new Map<string, { readonly segments: readonly string[]; readonly tensors: TreeTensor[] }>();
  for (const tensor of tensors) {
    const segments = tensor.name.split('.').map((segment) => (/^\d+$/.test(segment) ? '*' : escapeSegment(segment)));
    const key = segments.join('.');
    const known = columns.get(key);
    if (known) known.tensors.push(tensor);
    else columns.set(key, { segments, tensors: [tensor] });
  }
  return [...columns.values()];
}

/** A segment that a glob takes literally. */
function escapeSegment(segment: string): string {
  return segment.replace(/[*?[\]{}\\,!]/g, (char) => `\\${char}`);
}

/** A whole name as a glob that matches it alone. */
export function literalGlob(name: string): string {
  return name.split('.').map(escapeSegment).join('.');
}
