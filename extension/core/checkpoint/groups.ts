import { isExpert, isTokenEmbedding, isWeight, nameParts } from './roles';
import type { FusedGroup, GroupKind, Role, TensorInfo } from './tensor';

/** What a tensor without a layer number shares with the others of its group: kind and the end of the id. */
export interface GroupRule {
  readonly kind: GroupKind;
  /** Put behind the name up to its layer number: `self_attn.qkv`. */
  readonly suffix: string;
}

const QKV: readonly Role[] = ['attention-q', 'attention-k', 'attention-v'];
const GATE_UP: readonly Role[] = ['mlp-gate', 'mlp-up'];
const EXPERT_ROLES: readonly Role[] = ['mlp-gate', 'mlp-up', 'mlp-gate-up', 'mlp-down'];

/**
 * The group that tensors of a module belong to, if others of it exist. `inner` as in `placeName`. Loaders fuse
 * q/k/v and gate/up into one matrix and stack the experts of a layer (vLLM: "All MoE projections need to have
 * same quantization scheme"), so their dtype must agree.
 */
export function groupRule(inner: string, role: Role): GroupRule | undefined {
  if (!isWeight(inner)) return undefined;
  const { path, owner } = nameParts(inner);
  const at = (folder: string, end: string): string => (folder === '' ? end : `${folder}.${end}`);
  if (isExpert(inner)) {
    if (!EXPERT_ROLES.includes(role)) return undefined;
    const folder = /^(?:.*?\.)?experts?(?=\.|$)/.exec(path)?.[0];
    return { kind: 'experts', suffix: folder ?? at(path, 'ffn_exps') };
  }
  // The halves of multi-head latent attention: vLLM fuses these two (`fused_qkv_a_proj`), q_b and kv_b stay alone.
  if (/^(q_a_proj|kv_a_proj_with_mqa)$/.test(owner)) return { kind: 'qkv', suffix: at(path, 'qkv_a') };
  if (/_b(_proj)?$/.test(owner)) return undefined;
  if (QKV.includes(role)) return { kind: 'qkv', suffix: at(path, 'qkv') };
  if (GATE_UP.includes(role)) {
    return { kind: 'gate-up', suffix: at(path, owner.endsWith('_shexp') ? 'shexp.gate_up' : 'gate_up') };
  }
  return undefined;
}

/** Embedding of tokens and head when the files hold both, of one shape. For models whose config ties the two. */
export function tiedGroup(
  tensors: readonly TensorInfo[],
  facts: readonly { readonly role: Role }[],
): FusedGroup | undefined {
  const heads = tensors.filter(({ name }, at) => facts[at]!.role === 'head' && isWeight(name));
  for (const [at, embedding] of tensors.entries()) {
    if (facts[at]!.role !== 'embedding' || !isTokenEmbedding(embedding.name)) continue;
    const head = heads.find(({ shape }) => shape.join() === embedding.shape.join());
    if (!head) continue;
    const names = [embedding.name, head.name];
    return { id: 'tied-embedding', kind: 'tied', tensors: tensors.indexOf(head) > at ? names : names.reverse() };
  }
  return undefined;
}
