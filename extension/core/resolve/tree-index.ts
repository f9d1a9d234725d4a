import type { TensorTree, TreeTensor } from '../checkpoint/tensor';
import { scaleTensorOf } from './castable';
import { nameTemplates, type NameTemplate } from './name-templates';
import { partsBeside } from './stored-as';

/**
 * What resolving asks of a tree again and again; made once for each. Tensors of a kind have one name template,
 * role, dtype and shape, so whatever a policy does to one of them it does to all that it decides alike.
 */
export interface TreeIndex {
  readonly tree: TensorTree;
  /** In order of first appearance. */
  readonly templates: readonly NameTemplate[];
  /** The first tensor of each kind. */
  readonly kinds: readonly TreeTensor[];
  /** For each tensor the number of its kind. */
  readonly kindOf: Uint32Array;
  /** Index in `tree.tensors`; undefined for a name that the checkpoint does not hold. */
  readonly positionOf: (name: string) => number | undefined;
  /**
   * Two tables with a place for each tensor of any template, to match patterns in: tables made for each pattern would
   * be most of what the collector has to do while somebody types.
   */
  readonly room: readonly [Uint32Array, Uint32Array];
  /** For each of `tree.groups`, the indices of its tensors. */
  groupMembers(): readonly Uint32Array[];
}

export function indexTree(tree: TensorTree): TreeIndex {
  const templates = nameTemplates(tree);
  let positions: ReadonlyMap<string, number> | undefined;
  const positionOf: TreeIndex['positionOf'] = (name) => {
    positions ??= new Map(tree.tensors.map((tensor, at) => [tensor.name, at]));
    return positions.get(name);
  };
  let members: readonly Uint32Array[] | undefined;
  const longest = templates.reduce((most, { tensors }) => Math.max(most, tensors.length), 0);
  return {
    tree,
    templates,
    room: [new Uint32Array(longest), new Uint32Array(longest)],
    ...kindsOf(tree, templates),
    positionOf,
    groupMembers: () =>
      (members ??= tree.groups.map(({ tensors }) =>
        Uint32Array.from(tensors.map(positionOf).filter((at) => at !== undefined)),
      )),
  };
}

function kindsOf(tree: TensorTree, templates: readonly NameTemplate[]): Pick<TreeIndex, 'kinds' | 'kindOf'> {
  const templateOf = new Uint32Array(tree.tensors.length);
  templates.forEach(({ tensors }, template) => {
    for (const at of tensors) templateOf[at] = template;
  });
  const kinds: TreeTensor[] = [];
  const numbers = new Map<string, number>();
  const kindOf = Uint32Array.from(tree.tensors, (tensor, at) => {
    const scaled = scaleTensorOf(tensor, tree) === undefined ? '' : 'scaled';
    const beside = partsBeside(tensor, tree);
    const key = `${templateOf[at]!} ${tensor.role} ${tensor.dtype} ${scaled} ${tensor.shape.join()} ${beside}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, kinds.length);
    return kinds.push(tensor) - 1;
  });
  return { kinds, kindOf };
}
