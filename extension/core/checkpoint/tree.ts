import { groupRule, tiedGroup, type GroupRule } from './groups';
import type { ModelConfig } from './model-config';
import { placeName, type Placement } from './placement';
import { roleOf } from './roles';
import { elementCount } from './storage-dtype';
import type { FusedGroup, Role, TensorInfo, TensorTree, TreeTensor } from './tensor';

/** What follows from a module's name, worked out once for all its layers and experts. */
interface ModuleFacts {
  readonly module: string;
  readonly role: Role;
  readonly group: GroupRule | undefined;
}

/**
 * Places the tensors of a checkpoint in layers, modules, roles and groups. Names must be distinct. The tower
 * with the most elements gives its modules their short names (`self_attn.q_proj.weight`); those of other
 * towers keep theirs (`visual.blocks.attn.qkv.weight`), so that no column mixes two towers.
 */
export function buildTensorTree(tensors: readonly TensorInfo[], config: ModelConfig | undefined): TensorTree {
  const placements = tensors.map(({ name }) => placeName(name));
  const sizes = tensors.map(({ shape }) => elementCount(shape));
  const facts = moduleFacts(placements, mainTower(placements, sizes));
  const groupAt = gatherGroups(tensors, placements, facts);
  const tied = config?.tie_word_embeddings ? tiedGroup(tensors, facts) : undefined;
  const fused = [...new Set(groupAt)].filter((group) => isFused(group));
  const byName = new Map<string, TreeTensor>();
  const modules = new Set<string>();
  let layerCount = 0;
  const all = tensors.map(({ name, dtype, shape, file, offset, bytes, origin }, at): TreeTensor => {
    const { layer, expert } = placements[at]!;
    const { module, role } = facts[at]!;
    const own = groupAt[at];
    const group = isFused(own) ? own.id : tied?.tensors.includes(name) ? tied.id : undefined;
    const placed = { name, dtype, shape, file, offset, bytes, layer, module, expert, role, group };
    const tensor = origin ? { ...placed, origin } : placed;
    byName.set(name, tensor);
    modules.add(module);
    if (layer !== undefined && layer >= layerCount) layerCount = layer + 1;
    return tensor;
  });
  return {
    tensors: all,
    byName,
    layerCount,
    modules: [...modules],
    groups: tied ? [...fused, tied] : fused,
    bytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
    elements: sizes.reduce((sum, size) => sum + size, 0),
  };
}

function isFused(group: FusedGroup | undefined): group is FusedGroup {
  return group !== undefined && group.tensors.length > 1;
}

/** The tower whose layers hold the most elements; the language model in every checkpoint seen so far. */
function mainTower(placements: readonly Placement[], sizes: readonly number[]): string {
  const elements = new Map<string, number>();
  placements.forEach(({ layer, tower }, at) => {
    if (layer !== undefined) elements.set(tower, (elements.get(tower) ?? 0) + sizes[at]!);
  });
  let main = '';
  let most = -1;
  for (const [tower, size] of elements) {
    if (size > most) [main, most] = [tower, size];
  }
  return main;
}

function moduleFacts(placements: readonly Placement[], main: string): readonly ModuleFacts[] {
  const towers = new Map<string, Set<string>>();
  for (const { tower, inner } of placements) {
    const known = towers.get(tower);
    if (known) known.add(inner);
    else towers.set(tower, new Set([inner]));
  }
  const facts = new Map<string, Map<string, ModuleFacts>>();
  for (const [tower, inners] of towers) {
    const ofTower = new Map<string, ModuleFacts>();
    facts.set(tower, ofTower);
    for (const inner of inners) {
      const role = roleOf(inner, tower !== '', (other) => inners.has(other));
      const module = tower === main || tower === '' ? inner : `${tower}.${inner}`;
      ofTower.set(inner, { module, role, group: groupRule(inner, role) });
    }
  }
  return placements.map(({ tower, inner }) => facts.get(tower)!.get(inner)!);
}

interface Gathered extends FusedGroup {
  readonly tensors: string[];
}

/** The group of each tensor, among them groups of one, which are none. */
function gatherGroups(
  tensors: readonly TensorInfo[],
  placements: readonly Placement[],
  facts: readonly ModuleFacts[],
): readonly (Gathered | undefined)[] {
  const byId = new Map<string, Gathered>();
  // Ids of 91,000 experts' tensors are not put together one by one: module and layer settle the group.
  const byModule = new Map<ModuleFacts, Map<number | undefined, Gathered>>();
  return tensors.map(({ name }, at) => {
    const ofModule = facts[at]!;
    const rule = ofModule.group;
    if (!rule) return undefined;
    const { tower, layer } = placements[at]!;
    const layers = byModule.get(ofModule) ?? new Map<number | undefined, Gathered>();
    byModule.set(ofModule, layers);
    let group = layers.get(layer);
    if (!group) {
      const id = layer === undefined ? rule.suffix : `${tower}.${layer}.${rule.suffix}`;
      group = byId.get(id) ?? { id, kind: rule.kind, tensors: [] };
      byId.set(id, group);
      layers.set(layer, group);
    }
    group.tensors.push(name);
    return group;
  });
}
