import type { FusedGroup, TensorTree, TreeTensor } from '../checkpoint/tensor';

/**
 * Tensors that loaders join to one matrix with one global scale (nvfp4). vLLM takes the largest of the scales that are
 * stored for q, k and v, or gate and up, and the gate's of an expert (compressed_tensors_w4a4_nvfp4.py,
 * `weight_global_scale.max()`), so where they differ the others are read wrongly. llm-compressor gives them all one
 * (`update_fused_layer_weight_global_scales`), that of the largest magnitude of them together; so do we.
 *
 * Returns the companions of a tensor, itself left out: those of its group that are cast `alike`, of experts gate and up
 * of the same one.
 */
export function fusedCompanions(
  tree: TensorTree,
  alike: (a: TreeTensor, b: TreeTensor) => boolean,
): (name: string) => readonly TreeTensor[] {
  const groups = new Map(tree.groups.map((group) => [group.id, group]));
  return (name) => {
    const tensor = tree.byName.get(name);
    const group = tensor?.group === undefined ? undefined : groups.get(tensor.group);
    if (!tensor || !group) return [];
    return group.tensors
      .map((other) => tree.byName.get(other)!)
      .filter((other) => other !== tensor && areJoined(tensor, other, group) && alike(tensor, other));
  };
}

function areJoined(a: TreeTensor, b: TreeTensor, { kind }: FusedGroup): boolean {
  switch (kind) {
    case 'qkv':
    case 'gate-up':
      return true;
    case 'experts':
      return a.expert !== undefined && a.expert === b.expert && isGateOrUp(a) && isGateOrUp(b);
    case 'tied':
      return false;
  }
}

function isGateOrUp({ role }: TreeTensor): boolean {
  return role === 'mlp-gate' || role === 'mlp-up';
}
