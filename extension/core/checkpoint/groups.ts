import type { ModelConfig } from './model-config';
import type { FusedGroup, GroupKind, Role, TreeTensor } from './tensor';

type Placed = Omit<TreeTensor, 'group'>;

const QKV: readonly Role[] = ['attention-q', 'attention-k', 'attention-v'];
const GATE_UP: readonly Role[] = ['mlp-gate', 'mlp-up'];
const EXPERT_NUMBER = /(^|\.)experts\.\d+\./;

/**
 * Tensors that loaders fuse or share: q/k/v of one attention, gate and up of one MLP, all experts of one layer,
 * the tied embedding and head. Only groups of two and more are given.
 */
export function fusedGroups(tensors: readonly Placed[], config: ModelConfig | undefined): readonly FusedGroup[] {
  const groups = new Map<string, { readonly kind: GroupKind; readonly tensors: string[] }>();
  for (const tensor of tensors) {
    const key = groupOf(tensor);
    if (!key) continue;
    const known = groups.get(key.id);
    if (known) known.tensors.push(tensor.name);
    else groups.set(key.id, { kind: key.kind, tensors: [tensor.name] });
  }
  if (config?.tie_word_embeddings) {
    const embedding = tensors.find(({ role, layer }) => role === 'embedding' && layer === undefined);
    const head = tensors.find(({ role, layer }) => role === 'head' && layer === undefined);
    if (embedding && head) groups.set('tied', { kind: 'tied', tensors: [embedding.name, head.name] });
  }
  return [...groups].filter(([, group]) => group.tensors.length > 1).map(([id, group]) => ({ id, ...group }));
}

function groupOf({ name, role, expert }: Placed): { readonly id: string; readonly kind: GroupKind } | undefined {
  if (!name.endsWith('.weight')) return undefined;
  if (expert !== undefined && role.startsWith('mlp-')) {
    const stem = name.slice(0, name.search(EXPERT_NUMBER));
    return { id: `${stem}.experts`, kind: 'experts' };
  }
  const parent = name.split('.').slice(0, -2).join('.');
  if (QKV.includes(role)) return { id: `${parent}.qkv`, kind: 'qkv' };
  if (GATE_UP.includes(role)) return { id: `${parent}.gate_up`, kind: 'gate-up' };
  return undefined;
}
