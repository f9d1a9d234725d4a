import type { TensorTree } from '../checkpoint/tensor';
import { firstTensors, forEachTensor, type TensorSet } from './tensor-set';

/** Names of tensors in tree order; put together only when they are read. */
export interface NameList extends Iterable<string> {
  readonly length: number;
  /** The first names, at most `most`. */
  first(most: number): readonly string[];
  toJSON(): readonly string[];
}

export function nameList(set: TensorSet, { tensors }: TensorTree): NameList {
  const all = (): readonly string[] => {
    const names: string[] = [];
    forEachTensor(set, (at) => names.push(tensors[at]!.name));
    return names;
  };
  return {
    length: set.size,
    first: (most) => firstTensors(set, most).map((at) => tensors[at]!.name),
    toJSON: all,
    [Symbol.iterator]: () => all()[Symbol.iterator](),
  };
}
