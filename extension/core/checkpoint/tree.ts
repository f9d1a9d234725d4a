import { elementCount } from './storage-dtype';
import { fusedGroups } from './groups';
import type { ModelConfig } from './model-config';
import { placeName, roleOf } from './roles';
import type { TensorInfo, TensorTree, TreeTensor } from './tensor';

/** Places the tensors of a checkpoint in layers, roles and groups. Names must be distinct. */
export function buildTensorTree(tensors: readonly TensorInfo[], config: ModelConfig | undefined): TensorTree {
  const placed = tensors.map((tensor) => ({ ...tensor, ...placeName(tensor.name), role: roleOf(tensor.name) }));
  const groups = fusedGroups(placed, config);
  const groupByName = new Map(groups.flatMap(({ id, tensors: names }) => names.map((name) => [name, id] as const)));
  const all = placed.map((tensor): TreeTensor => ({ ...tensor, group: groupByName.get(tensor.name) }));
  return {
    tensors: all,
    byName: new Map(all.map((tensor) => [tensor.name, tensor])),
    layerCount: all.reduce((count, { layer }) => Math.max(count, (layer ?? -1) + 1), 0),
    modules: [...new Set(all.map(({ module }) => module))],
    groups,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    elements: all.reduce((sum, { shape }) => sum + elementCount(shape), 0),
  };
}
