import type { Role } from '../core/checkpoint/tensor';
import type { NameFamily, TensorIndex } from './tensor-index';

/** Families that a person would name in one breath: `self_attn.{q,k,v,o}_proj.weight`. */
export interface FamilyMerge {
  readonly families: readonly NameFamily[];
  /** Position of the segment in which they differ. */
  readonly at: number;
  /** That segment as a glob for all of them. */
  readonly glob: string;
}

/** Families that are compared; a checkpoint with more names that differ in more than numbers is odd. */
const MOST_FAMILIES = 2000;

const QKV: readonly Role[] = ['attention-q', 'attention-k', 'attention-v'];
const GATE_UP: readonly Role[] = ['mlp-gate', 'mlp-up'];

/** Keeps the merges of each index; those of an index that nobody holds any more are forgotten. */
export function createFamilyMerges(): (index: TensorIndex) => readonly FamilyMerge[] {
  const merges = new WeakMap<TensorIndex, readonly FamilyMerge[]>();
  return (index) => {
    const known = merges.get(index) ?? mergeFamilies(index.families);
    merges.set(index, known);
    return known;
  };
}

/** Families that differ in one segment and do the same kind of work; those that loaders fuse once more alone. */
export function mergeFamilies(families: readonly NameFamily[]): readonly FamilyMerge[] {
  const alike = new Map<string, { readonly at: number; readonly families: NameFamily[] }>();
  for (const family of families.slice(0, MOST_FAMILIES)) {
    const kind = kindOfWork(family.example.role);
    if (kind === undefined) continue;
    family.segments.forEach((segment, at) => {
      if (segment === undefined) return;
      const key = JSON.stringify([kind, at, family.segments.with(at, '').map((each) => each ?? null)]);
      const group = alike.get(key);
      if (group) group.families.push(family);
      else alike.set(key, { at, families: [family] });
    });
  }
  return [...alike.values()].flatMap(({ at, families: all }) => {
    const fused = [QKV, GATE_UP].map((roles) => all.filter(({ example }) => roles.includes(example.role)));
    const parts = fused.filter((part) => part.length > 1 && part.length < all.length);
    return [all, ...parts].filter((part) => part.length > 1).map((part) => merge(part, at));
  });
}

/** Roles are merged with their like: a norm with a norm, not with the embedding beside it. */
function kindOfWork(role: Role): string | undefined {
  if (role.startsWith('attention-')) return 'attention';
  if (role.startsWith('mlp-')) return 'mlp';
  return role === 'norm' || role === 'bias' || role === 'scale' ? role : undefined;
}

/** As people say it: q, k, v, o and gate, up, down, whatever their order in the file. */
const SPOKEN: readonly Role[] = [...QKV, 'attention-o', ...GATE_UP, 'mlp-down'];

function merge(families: readonly NameFamily[], at: number): FamilyMerge {
  const rank = ({ example }: NameFamily): number => SPOKEN.indexOf(example.role);
  const spoken = [...families].sort((a, b) => rank(a) - rank(b));
  return { families: spoken, at, glob: braces(spoken.map(({ segments }) => segments[at]!)) };
}

/** `{q,k,v}_proj`: what the words share at their ends, cut at an underscore, stands outside the braces. */
export function braces(words: readonly string[]): string {
  const head = sharedHead(words);
  const tails = words.map((word) => word.slice(head.length));
  const tail = reversed(sharedHead(tails.map(reversed)));
  const middles = tails.map((word) => word.slice(0, word.length - tail.length));
  if (middles.some((middle) => middle === '')) return `{${words.map(escapeGlob).join(',')}}`;
  return `${escapeGlob(head)}{${middles.map(escapeGlob).join(',')}}${escapeGlob(tail)}`;
}

function sharedHead(words: readonly string[]): string {
  const [first = ''] = words;
  let length = 0;
  while (length < first.length && words.every((word) => word[length] === first[length])) length++;
  return first.slice(0, first.lastIndexOf('_', length - 1) + 1);
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}

/** A part of a name as a glob that matches it alone. */
export function escapeGlob(text: string): string {
  return text.replace(/[*?[\]{},\\]/g, '\\$&');
}
