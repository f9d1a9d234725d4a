import { elementCount } from '../core/checkpoint/storage-dtype';
import type { TensorTree, TreeTensor } from '../core/checkpoint/tensor';
import type { NameTemplate } from '../core/resolve/name-templates';
import { indexTree, type TreeIndex } from '../core/resolve/tree-index';

/** Tensors whose names differ in their numbers only: 91,000 tensors of a mixture are a few dozen families. */
export interface NameFamily {
  /** Dotted segments of the names; undefined where they have a number. */
  readonly segments: readonly (string | undefined)[];
  /** Indices in `tree.tensors`, ascending. */
  readonly tensors: Uint32Array;
  /** For each undefined segment in order, the number of each tensor. */
  readonly numbers: readonly Uint32Array[];
  /** The first of its tensors. */
  readonly example: TreeTensor;
  /** Sum over its tensors. */
  readonly bytes: number;
}

/** What completion and hover need of a tree again and again; made once for each. */
export interface TensorIndex {
  readonly tree: TensorTree;
  /** In order of first appearance. */
  readonly families: readonly NameFamily[];
  /** For each tensor the number of its kind: tensors of a kind have the same name template, role, dtype and shape. */
  readonly kindOf: Uint32Array;
  /** The first tensor of each kind. */
  readonly kinds: readonly TreeTensor[];
  /** For each kind, how many elements its tensors have. */
  readonly elements: readonly number[];
}

/** Keeps one index a tree, made from the resolver's own; trees that nobody holds any more are forgotten. */
export function createTensorIndexes(resolved: (tree: TensorTree) => TreeIndex): (tree: TensorTree) => TensorIndex {
  const indexes = new WeakMap<TensorTree, TensorIndex>();
  return (tree) => {
    const known = indexes.get(tree) ?? indexTensors(tree, resolved(tree));
    indexes.set(tree, known);
    return known;
  };
}

export function indexTensors(tree: TensorTree, { templates, kinds, kindOf } = indexTree(tree)): TensorIndex {
  const families = templates.map((template) => familyOf(template, tree));
  return { tree, families, kindOf, kinds, elements: kinds.map(({ shape }) => elementCount(shape)) };
}

function familyOf({ segments, literals, tensors, numbers }: NameTemplate, tree: TensorTree): NameFamily {
  const holes = new Set(literals.slice(0, -1).map((_, hole) => segmentOfHole(literals, hole)));
  return {
    segments: segments.map((segment, at) => (holes.has(at) ? undefined : segment)),
    tensors,
    numbers: numbers.map(({ values, of }) => {
      const parsed = values.map(Number);
      return of.map((value) => parsed[value]!);
    }),
    example: tree.tensors[tensors[0]!]!,
    bytes: tensors.reduce((sum, at) => sum + tree.tensors[at]!.bytes, 0),
  };
}

/** Position among the name's segments: one for each dot before it. */
function segmentOfHole(literals: readonly string[], hole: number): number {
  return (
    literals
      .slice(0, hole + 1)
      .join('')
      .split('.').length - 1
  );
}
