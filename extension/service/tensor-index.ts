import { elementCount } from '../core/checkpoint/storage-dtype';
import type { TensorTree, TreeTensor } from '../core/checkpoint/tensor';

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
  /** For each tensor the number of its kind: tensors of a kind have the same role, dtype and shape. */
  readonly kindOf: Uint32Array;
  /** One tensor of each kind. */
  readonly kinds: readonly TreeTensor[];
  /** For each kind, how many elements its tensors have. */
  readonly elements: readonly number[];
}

/** Keeps one index a tree; trees that nobody holds any more are forgotten. */
export function createTensorIndexes(): (tree: TensorTree) => TensorIndex {
  const indexes = new WeakMap<TensorTree, TensorIndex>();
  return (tree) => {
    const known = indexes.get(tree);
    if (known) return known;
    const index = indexTensors(tree);
    indexes.set(tree, index);
    return index;
  };
}

export function indexTensors(tree: TensorTree): TensorIndex {
  const kinds: TreeTensor[] = [];
  const kindNumbers = new Map<string, number>();
  const kindOf = Uint32Array.from(tree.tensors, (tensor) => {
    const key = `${tensor.role} ${tensor.dtype} ${tensor.shape.join()}`;
    const number = kindNumbers.get(key);
    if (number !== undefined) return number;
    kindNumbers.set(key, kinds.length);
    return kinds.push(tensor) - 1;
  });
  return { tree, families: familiesOf(tree), kindOf, kinds, elements: kinds.map(({ shape }) => elementCount(shape)) };
}

/** A number of a name as a family keeps it; longer ones are names in themselves. */
const NUMBER = /(?<=^|\.)\d{1,9}(?=\.|$)/g;
/** Stands for a number; a private-use letter that no name holds. */
const HOLE = '\ue001';

function familiesOf(tree: TensorTree): readonly NameFamily[] {
  const families = new Map<string, { readonly tensors: number[]; readonly numbers: number[][] }>();
  tree.tensors.forEach(({ name }, at) => {
    const numbers: number[] = [];
    const folded = name.replace(NUMBER, (digits) => {
      numbers.push(Number(digits));
      return HOLE;
    });
    let family = families.get(folded);
    if (!family) families.set(folded, (family = { tensors: [], numbers: numbers.map(() => []) }));
    family.tensors.push(at);
    numbers.forEach((number, hole) => family.numbers[hole]?.push(number));
  });
  return [...families.values()].map(({ tensors, numbers }): NameFamily => {
    const example = tree.tensors[tensors[0]!]!;
    return {
      segments: example.name.split('.').map((segment) => (/^\d{1,9}$/.test(segment) ? undefined : segment)),
      tensors: Uint32Array.from(tensors),
      numbers: numbers.map((each) => Uint32Array.from(each)),
      example,
      bytes: tensors.reduce((sum, at) => sum + tree.tensors[at]!.bytes, 0),
    };
  });
}
