import { roleOf } from '../extension/core/checkpoint/roles';
import type { Role } from '../extension/core/checkpoint/tensor';

/** Order in which a reader looks for modules: as data flows through a layer, norms last. */
const ROLES: readonly Role[] = [
  'attention-q',
  'attention-k',
  'attention-v',
  'attention-qkv',
  'attention-o',
  'router',
  'mlp-gate',
  'mlp-up',
  'mlp-gate-up',
  'mlp-down',
];

/** Attention, MLP, whatever is not known, norms. */
function part(role: Role): number {
  if (role === 'norm') return 3;
  if (role.startsWith('attention')) return 0;
  return role.startsWith('mlp') || role === 'router' ? 1 : 2;
}

/**
 * Modules of a layer in the order of the heatmap's columns: attention, MLP, others, norms; those of one parent
 * side by side, a bias or scale behind its weight; else as they first appear.
 */
export function orderColumns(modules: readonly string[]): readonly string[] {
  const parents = new Map<string, number>();
  const keyed = modules.map((module, at) => {
    const dot = module.lastIndexOf('.');
    const stem = dot < 0 ? module : module.slice(0, dot);
    const parameter = module.slice(dot + 1);
    const parent = stem.slice(0, Math.max(0, stem.lastIndexOf('.')));
    if (!parents.has(parent)) parents.set(parent, parents.size);
    const role = roleOf(`${stem}.weight`);
    const rank = ROLES.indexOf(role);
    return {
      module,
      key: [part(role), parents.get(parent)!, rank < 0 ? ROLES.length : rank, stem, parameter === 'weight' ? -1 : at],
    };
  });
  const firstOfStem = new Map<string, number>();
  keyed.forEach(({ key }, at) => {
    const stem = key[3] as string;
    if (!firstOfStem.has(stem)) firstOfStem.set(stem, at);
  });
  const numbers = keyed.map(({ module, key: [group, parent, rank, stem, own] }) => ({
    module,
    key: [group, parent, rank, firstOfStem.get(stem as string)!, own] as number[],
  }));
  return numbers.sort((a, b) => compare(a.key, b.key)).map(({ module }) => module);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
