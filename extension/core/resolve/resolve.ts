import type { TensorTree } from '../checkpoint/tensor';
import { withDefined } from '../formats/defined-format';
import type { FormatTable } from '../formats/format-table';
import type { Finding } from '../policy/finding';
import type { Policy } from '../policy/policy';
import { decide, type Decided } from './decide';
import type { Draft, DraftCheck } from './draft';
import { expertsMissed } from './findings/experts-missed';
import { fragile } from './findings/fragile';
import { fusedDiffer } from './findings/fused-differ';
import { indivisible } from './findings/indivisible';
import { layersOutOfRange } from './findings/layers-out-of-range';
import { noMatch } from './findings/no-match';
import { overBudget } from './findings/over-budget';
import { partialName } from './findings/partial-name';
import { redundant } from './findings/redundant';
import { requantize } from './findings/requantize';
import { shadowed } from './findings/shadowed';
import { targetCannot } from './findings/target-cannot';
import { tied } from './findings/tied';
import { tooManyMatches, withinMatches } from './findings/too-large';
import { tpAlign } from './findings/tp-align';
import { unreachableDefault } from './findings/unreachable-default';
import { values } from './findings/values';
import { inheritedFindings } from './inherited-findings';
import { createMatchCache, type MatchCache } from './match-cache';
import { nameList } from './name-list';
import type { Plan, RuleEffect } from './plan';
import { plannedTensors } from './planned-tensors';
import { selectTensors, type Selection } from './selection';

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
  partialName,
  expertsMissed,
  redundant,
  unreachableDefault,
  targetCannot,
  tpAlign,
  values,
  overBudget,
];

/**
 * Decides what becomes of every tensor: the LAST rule that selects it, else the default, else it is kept.
 * Pure and total: what can't be done is kept and told in `findings`, which are in the order of the text.
 * A cache that outlives the call makes the next one fast.
 */
export function resolve(policy: Policy, tree: TensorTree, formats: FormatTable, cache = createMatchCache()): Plan {
  const draft = draftPlan(policy, tree, withDefined(formats, policy.formats), cache);
  const found: readonly Finding[] = CHECKS.flatMap((check) => check(policy, draft));
  const findings = inheritedFindings(found, policy);
  const { outcomes, outcomeOf, byName, rules, bytesBefore, bytesAfter, bitsPerWeight } = draft;
  const ordered = findings.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  return {
    tree,
    outcomes,
    outcomeOf,
    get tensors() {
      return draft.tensors;
    },
    byName,
    rules,
    bytesBefore,
    bytesAfter,
    bitsPerWeight,
    findings: ordered,
  };
}

function draftPlan(policy: Policy, tree: TensorTree, formats: FormatTable, cache: MatchCache): Draft {
  const index = cache.index(tree);
  const selections = withinMatches(policy.rules.map((rule) => () => selectTensors(rule, tree, cache)));
  const selected = selections.map((selection) => selection.selected);
  const decided = decide(policy, selected, index, formats);
  const planned = plannedTensors(decided, selected, index);
  const bytesAfter = sum(decided.outcomes, (outcome) => outcome.count * outcome.bytesAfter);
  return {
    tree,
    ...decided,
    get tensors() {
      return planned.tensors;
    },
    byName: planned.byName,
    rules: ruleEffects(policy, selections, decided, tree),
    bytesBefore: tree.bytes,
    bytesAfter,
    bitsPerWeight: tree.elements === 0 ? 0 : (bytesAfter * 8) / tree.elements,
    selections,
    index,
    formats,
    cache,
  };
}

function ruleEffects(
  policy: Policy,
  selections: readonly Selection[],
  { outcomes, won }: Decided,
  tree: TensorTree,
): readonly RuleEffect[] {
  const before = new Float64Array(policy.rules.length);
  const after = new Float64Array(policy.rules.length);
  for (const { decider, tensor, count, bytesAfter } of outcomes) {
    if (decider.kind === 'default') continue;
    before[decider.index]! += count * tensor.bytes;
    after[decider.index]! += count * bytesAfter;
  }
  return policy.rules.map(({ index }) => ({
    index,
    matched: nameList(selections[index]!.selected, tree),
    matchedBy: selections[index]!.match.map(({ size }) => size),
    won: nameList(won[index]!, tree),
    bytesBefore: before[index]!,
    bytesAfter: after[index]!,
  }));
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
