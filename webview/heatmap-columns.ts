import type { Role } from '../extension/core/checkpoint/tensor';

/** A module of a block, and what its tensors do. */
export interface ModuleColumn {
  readonly module: string;
  readonly role: Role;
}

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

/** Attention, MLP, whatever is not known, norms; scales that another quantizer left come last of all. */
function part(role: Role): number {
  if (role === 'scale') return 4;
  if (role === 'norm') return 3;
  if (role.startsWith('attention')) return 0;
  return role.startsWith('mlp') || role === 'router' ? 1 : 2;
}

/** What a bias or a scale belongs to: the name without its last segment. */
function stemOf(module: string): string {
  return module.slice(0, Math.max(0, module.lastIndexOf('.')));
}

/**
 * Modules of a layer in the order of the heatmap's columns: attention, MLP, others, norms, scales; those of
 * one parent side by side, a bias behind its weight; else as they first appear.
 */
export function orderColumns(columns: readonly ModuleColumn[]): readonly string[] {
  const stems = new Map<string, { readonly at: number; role: Role }>();
  const parents = new Map<string, number>();
  columns.forEach(({ module, role }, at) => {
    const stem = stemOf(module);
    const known = stems.get(stem);
    if (!known) stems.set(stem, { at, role });
    // A stem does what its weight does, whichever of its parameters comes first.
    else if (module.endsWith('.weight')) known.role = role;
    const parent = stemOf(stem);
    if (!parents.has(parent)) parents.set(parent, parents.size);
  });
  const keyed = columns.map(({ module, role: own }, at) => {
    const stem = stemOf(module);
    const { role, at: firstOfStem } = stems.get(stem)!;
    const rank = ROLES.indexOf(role);
    const known = rank < 0 ? ROLES.length : rank;
    const parameter = module.endsWith('.weight') ? -1 : at;
    const group = part(own === 'scale' ? own : role);
    return { module, key: [group, parents.get(stemOf(stem))!, known, firstOfStem, parameter] };
  });
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ module }) => module);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
