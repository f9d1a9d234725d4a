import type { FusedGroup, TreeTensor } from '../../checkpoint/tensor';
import type { Fix } from '../../policy/finding';
import { compileGlob } from '../../policy/glob';
import type { Rule } from '../../policy/policy';
import { spell } from '../../policy/syntax';
import type { Draft } from '../draft';
import { escapeSegment } from '../pattern-repair';
import { hasTensor, unionOf } from '../tensor-set';

/** Members of a group that patterns are made from; the experts of a layer are many, and alike. */
const MOST_MEMBERS = 8;

/** Patterns added to a rule at most. */
const MOST_ADDED = 4;

/**
 * Lets the rule that parts a group match the others too: `q_proj` brings `k_proj` and `v_proj`, `experts.3` the other
 * experts. Offered for a rule with one glob, when the patterns made so name all that differ in the groups given, or in the
 * parts of them that must agree.
 */
export function agreeFix(
  rule: Rule,
  groups: readonly FusedGroup[],
  draft: Draft,
  part: (tensor: TreeTensor) => string = () => '',
): readonly Fix[] {
  const [only] = rule.match;
  const [group] = groups;
  if (!only || !group || rule.match.length > 1 || only.kind !== 'glob' || rule.origin) return [];
  const { own, others } = members(group, rule, draft, part);
  const globs = [...new Set(others.slice(0, MOST_MEMBERS).map((name) => siblingGlob(only.source, name, own)))];
  if (globs.length === 0 || globs.length > MOST_ADDED) return [];
  const set = unionOf(globs.map((source) => draft.cache.matches(draft.tree, { kind: 'glob', source })));
  const isNamed = (name: string): boolean => hasTensor(set, draft.index.positionOf(name) ?? -1);
  // What holds for the first of the groups and for the last holds for those between them.
  const all = [group, groups.at(-1)!].flatMap((each) => members(each, rule, draft, part).others);
  if (!all.every(isNamed)) return [];
  const list = [...(own.every(isNamed) ? [] : [only.source]), ...globs].map((glob) => spell(glob, 'double'));
  const text = list.length === 1 ? list[0]! : `[${list.join(', ')}]`;
  const title = `Give ${globs.join(', ')} the same`;
  return [{ title, edits: [{ range: only.range, text }], preferred: false }];
}

function members(
  { tensors }: FusedGroup,
  rule: Rule,
  { tree, outcomes, outcomeOf, index }: Draft,
  part: (tensor: TreeTensor) => string,
): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const at = tensors
    .flatMap((name) => index.positionOf(name) ?? [])
    .map((position) => {
      const { decider } = outcomes[outcomeOf[position]!]!;
      const tensor = tree.tensors[position]!;
      return { name: tensor.name, part: part(tensor), own: decider.kind === 'rule' && decider.index === rule.index };
    });
  const own = at.filter((each) => each.own);
  const parts = new Set(own.map((each) => each.part));
  const others = at.filter((each) => !each.own && parts.has(each.part));
  return { own: own.map(({ name }) => name), others: others.map(({ name }) => name) };
}

/** The glob with the one segment changed in which a name differs from one that the glob matches; else the name. */
function siblingGlob(source: string, name: string, own: readonly string[]): string {
  const wanted = name.split('.');
  const glob = source.split('.');
  for (const sibling of own.slice(0, MOST_MEMBERS)) {
    const matched = sibling.split('.');
    const differing = wanted.flatMap((segment, at) => (segment === matched[at] ? [] : [at]));
    const [at] = differing;
    if (at === undefined || differing.length > 1 || matched.length !== wanted.length) continue;
    const [before, after] = [matched[at]!, wanted[at]!];
    const segment = isNumber(before) && isNumber(after) ? '*' : escapeSegment(after);
    for (const [place, written] of glob.entries()) {
      if (written !== escapeSegment(before)) continue;
      const changed = glob.with(place, segment).join('.');
      const compiled = compileGlob(changed);
      if (compiled.kind === 'glob' && compiled.matches(name)) return changed;
    }
  }
  return wanted.map(escapeSegment).join('.');
}

function isNumber(segment: string): boolean {
  return /^\d+$/.test(segment);
}
