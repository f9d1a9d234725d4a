import type { TreeTensor } from '../checkpoint/tensor';
import type { FormatTable } from '../formats/format-table';
import { compileGlob } from '../policy/glob';
import type { Policy } from '../policy/policy';
import { parsePolicy } from '../policy/parse';
import type { Plan, PlannedTensor } from '../resolve/plan';
import { resolve } from '../resolve/resolve';
import { columnsOf, literalGlob, type Column } from './columns';
import { mergePatterns } from './merge-patterns';
import { printRule, type RuleText } from './print-rule';

/** A policy with fewer rules that gives every tensor the same dtype. */
export interface CompactPolicy {
  readonly text: string;
  readonly rulesBefore: number;
  readonly rulesAfter: number;
}

/** Tensors that get the same bytes, with the reasons their rules gave. */
interface Treated {
  readonly cast: RuleText['cast'];
  readonly tensors: TreeTensor[];
  readonly reasons: Set<string>;
}

/**
 * Writes the rules of a policy anew: the fewest readable globs with the same resolution. `rules` is the range of the
 * list in the text. The result is resolved again and compared tensor by tensor; undefined when it is no shorter, when
 * it would not be the same, or when a rule can't be applied. Comments among the rules are lost; reasons are kept.
 */
export function compactRules(
  text: string,
  rules: { readonly start: number; readonly end: number; readonly indent: number },
  policy: Policy,
  plan: Plan,
  formats: FormatTable,
): CompactPolicy | undefined {
  const groups = treatedGroups(policy, plan, formats);
  if (!groups) return undefined;
  const written = groups.flatMap((group, at) => {
    const later = new Set(groups.slice(at + 1).flatMap(({ tensors }) => tensors));
    return rulesFor(group, later, plan);
  });
  const lines = written.flatMap((rule) => printRule(rule, rules.indent));
  if (written.length === 0 || written.length >= policy.rules.length) return undefined;
  const compact = `${text.slice(0, rules.start)}${lines.join('\n').trimStart()}${text.slice(rules.end)}`;
  const again = resolve(parsePolicy(compact, formats).policy, plan.tree, formats);
  const same = plan.tensors.every((planned, at) => outcome(planned) === outcome(again.tensors[at]!));
  return same ? { text: compact, rulesBefore: policy.rules.length, rulesAfter: written.length } : undefined;
}

/** What a loader would see. */
function outcome({ treatment }: PlannedTensor): string {
  return treatment.kind === 'keep' ? 'keep' : JSON.stringify(treatment.cast);
}

/**
 * Groups of tensors that the default does not treat as the policy does, the largest first: its rules may be broad,
 * because those of the others come after them and win. Undefined when a rule can't be applied.
 */
function treatedGroups(policy: Policy, plan: Plan, formats: FormatTable): readonly Treated[] | undefined {
  const byDefault = resolve({ ...policy, rules: [] }, plan.tree, formats);
  const groups = new Map<string, Treated>();
  for (const [at, planned] of plan.tensors.entries()) {
    const { treatment, decider, tensor } = planned;
    if (treatment.kind === 'keep' && treatment.reason === 'invalid') return undefined;
    const key = outcome(planned);
    if (key === outcome(byDefault.tensors[at]!)) continue;
    const format = treatment.kind === 'cast' ? formats.find(treatment.cast.format)?.format : undefined;
    const cast = treatment.kind === 'cast' && format ? { cast: treatment.cast, format } : undefined;
    const group = groups.get(key) ?? { cast, tensors: [], reasons: new Set<string>() };
    group.tensors.push(tensor);
    const because = decider.kind === 'rule' ? policy.rules[decider.index]?.because : undefined;
    if (because !== undefined) group.reasons.add(because);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.tensors.length - a.tensors.length);
}

/**
 * Rules of one group: one for each set of layers that its columns share. They may match the tensors of `later` groups,
 * and no others.
 */
function rulesFor(
  { cast, tensors, reasons }: Treated,
  later: ReadonlySet<TreeTensor>,
  plan: Plan,
): readonly RuleText[] {
  const allowed = new Set([...tensors, ...later]);
  const own = new Set(tensors);
  const because = reasons.size === 0 ? undefined : [...reasons].join('; ');
  const everything = columnsOf(plan.tree.tensors);
  const byLayers = new Map<string, Column[]>();
  const alone: TreeTensor[] = [];
  for (const column of columnsOf(tensors)) {
    const whole = everything.find(({ segments }) => segments.join('.') === column.segments.join('.'))!;
    const layers = layersOf(whole, own, allowed);
    if (layers === undefined) alone.push(...column.tensors);
    else byLayers.set(layers, [...(byLayers.get(layers) ?? []), column]);
  }
  const isOwn = (layers: string) => (glob: string) => matchesOnly(glob, layers, plan.tree.tensors, allowed);
  const rules = [...byLayers].map(([layers, columns]): RuleText => {
    const match = mergePatterns(
      columns.map(({ segments }) => segments),
      isOwn(layers),
    );
    return { match, layers: layers === '' ? undefined : layers, cast, because };
  });
  if (alone.length === 0) return rules;
  return [...rules, { match: alone.map(({ name }) => literalGlob(name)), layers: undefined, cast, because }];
}

/**
 * Layers of a column that are the group's: `` for all of it that matters, a list of ranges for some, undefined when layers do not
 * tell its tensors from the others of the column.
 */
function layersOf(whole: Column, own: ReadonlySet<TreeTensor>, allowed: ReadonlySet<TreeTensor>): string | undefined {
  if (whole.tensors.every((tensor) => allowed.has(tensor))) return '';
  const inside = new Set<number>();
  const outside = new Set<number>();
  for (const tensor of whole.tensors) {
    if (tensor.layer === undefined) return undefined;
    if (own.has(tensor)) inside.add(tensor.layer);
    else if (!allowed.has(tensor)) outside.add(tensor.layer);
  }
  return [...inside].some((layer) => outside.has(layer)) ? undefined : printLayers([...inside]);
}

/** `0..3, 8, 10..11`. */
function printLayers(layers: readonly number[]): string {
  const ordered = [...layers].sort((a, b) => a - b);
  const ranges: { from: number; to: number }[] = [];
  for (const layer of ordered) {
    const last = ranges.at(-1);
    if (last?.to === layer - 1) last.to = layer;
    else ranges.push({ from: layer, to: layer });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}..${to}`)).join(', ');
}

function matchesOnly(
  glob: string,
  layers: string,
  all: readonly TreeTensor[],
  allowed: ReadonlySet<TreeTensor>,
): boolean {
  const compiled = compileGlob(glob);
  if (compiled.kind === 'error') return false;
  const wanted = layers === '' ? undefined : layersIn(layers);
  return all.every((tensor) => {
    if (allowed.has(tensor) || !compiled.matches(tensor.name)) return true;
    return wanted !== undefined && (tensor.layer === undefined || !wanted.has(tensor.layer));
  });
}

function layersIn(layers: string): ReadonlySet<number> {
  return new Set(
    layers.split(', ').flatMap((range) => {
      const [from, to = from] = range.split('..').map(Number);
      return Array.from({ length: to! - from! + 1 }, (_, at) => from! + at);
    }),
  );
}
