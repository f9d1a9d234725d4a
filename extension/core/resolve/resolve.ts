import { elementCount } from '../checkpoint/storage-dtype';
import type { TensorTree } from '../checkpoint/tensor';
import type { FormatTable } from '../formats/format-table';
import type { Finding } from '../policy/finding';
import type { Policy } from '../policy/policy';
import type { Draft, DraftCheck } from './draft';
import { fragile } from './findings/fragile';
import { fusedDiffer } from './findings/fused-differ';
import { indivisible } from './findings/indivisible';
import { layersOutOfRange } from './findings/layers-out-of-range';
import { noMatch } from './findings/no-match';
import { overBudget } from './findings/over-budget';
import { requantize } from './findings/requantize';
import { shadowed } from './findings/shadowed';
import { tied } from './findings/tied';
import { tooManyMatches, withinMatches } from './findings/too-large';
import { createMatchCache, type MatchCache } from './match-cache';
import type { Decider, Plan, PlannedTensor, RuleEffect } from './plan';
import { selectTensors, type Selection } from './selection';
import { createTreatment } from './treatment';

const CHECKS: readonly DraftCheck[] = [
  tooManyMatches,
  noMatch,
  layersOutOfRange,
  shadowed,
  indivisible,
  fusedDiffer,
  tied,
  fragile,
  requantize,
  overBudget,
];

/**
 * Decides what becomes of every tensor: the LAST rule that selects it, else the default, else it is kept.
 * Pure and total: what can't be done is kept and told in `findings`, which are in the order of the text.
 * A cache that outlives the call makes the next one fast.
 */
export function resolve(policy: Policy, tree: TensorTree, formats: FormatTable, cache = createMatchCache()): Plan {
  const draft = draftPlan(policy, tree, formats, cache);
  const findings: Finding[] = CHECKS.flatMap((check) => check(policy, draft));
  const { tensors, byName, rules, bytesBefore, bytesAfter, bitsPerWeight } = draft;
  const ordered = findings.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  return { tree, tensors, byName, rules, bytesBefore, bytesAfter, bitsPerWeight, findings: ordered };
}

function draftPlan(policy: Policy, tree: TensorTree, formats: FormatTable, cache: MatchCache): Draft {
  const selections = withinMatches(policy.rules.map((rule) => () => selectTensors(rule, tree, cache)));
  const tensors = planTensors(policy, tree, formats, selections);
  const bytesAfter = sum(tensors, ({ bytesAfter }) => bytesAfter);
  const elements = sum(tree.tensors, ({ shape }) => elementCount(shape));
  return {
    tree,
    tensors,
    byName: new Map(tensors.map((planned) => [planned.tensor.name, planned])),
    rules: ruleEffects(policy, selections, tensors),
    bytesBefore: sum(tensors, ({ bytesBefore }) => bytesBefore),
    bytesAfter,
    bitsPerWeight: elements === 0 ? 0 : (bytesAfter * 8) / elements,
    selections,
    formats,
    cache,
  };
}

const NONE: readonly number[] = [];
const BY_DEFAULT: Decider = { kind: 'default' };

function planTensors(
  policy: Policy,
  tree: TensorTree,
  formats: FormatTable,
  selections: readonly Selection[],
): readonly PlannedTensor[] {
  const winners = new Int32Array(tree.tensors.length).fill(-1);
  const beaten = new Map<number, number[]>();
  selections.forEach(({ selected }, rule) => {
    for (const at of selected) {
      const loser = winners[at]!;
      winners[at] = rule;
      if (loser < 0) continue;
      const losers = beaten.get(at);
      if (losers) losers.push(loser);
      else beaten.set(at, [loser]);
    }
  });
  const byRule = policy.rules.map((rule) => ({
    decider: { kind: 'rule', index: rule.index } as const,
    treat: createTreatment(rule, tree, formats),
  }));
  const byDefault = { decider: BY_DEFAULT, treat: createTreatment(policy.default, tree, formats) };
  return tree.tensors.map((tensor, at) => {
    const { decider, treat } = byRule[winners[at]!] ?? byDefault;
    const treatment = treat(tensor);
    const bytesAfter = treatment.kind === 'keep' ? tensor.bytes : sum(treatment.parts, ({ bytes }) => bytes);
    return { tensor, treatment, decider, beaten: beaten.get(at) ?? NONE, bytesBefore: tensor.bytes, bytesAfter };
  });
}

function ruleEffects(
  policy: Policy,
  selections: readonly Selection[],
  tensors: readonly PlannedTensor[],
): readonly RuleEffect[] {
  return policy.rules.map(({ index }) => {
    const { selected, match } = selections[index]!;
    const won = selected
      .map((at) => tensors[at]!)
      .filter(({ decider }) => decider.kind === 'rule' && decider.index === index);
    return {
      index,
      matched: selected.map((at) => tensors[at]!.tensor.name),
      matchedBy: match.map(({ length }) => length),
      won: won.map(({ tensor }) => tensor.name),
      bytesBefore: sum(won, ({ bytesBefore }) => bytesBefore),
      bytesAfter: sum(won, ({ bytesAfter }) => bytesAfter),
    };
  });
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
