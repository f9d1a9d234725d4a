import type { FormatTable } from '../formats/format-table';
import { TENSORS_SHOWN, type Finding } from '../policy/finding';
import type { DtypeChoice, Policy } from '../policy/policy';
import type { MatchCache } from './match-cache';
import type { Decider, Outcome, Plan } from './plan';
import type { Selection } from './selection';
import { firstTensors, type TensorSet } from './tensor-set';
import type { TreeIndex } from './tree-index';

/**
 * A plan before its findings, with what the findings are made from. Checks run after every keystroke: they read
 * `outcomes`, never all of `tensors`.
 */
export interface Draft extends Omit<Plan, 'findings'> {
  /** For each rule in file order. */
  readonly selections: readonly Selection[];
  /** For each rule in file order, the tensors it decides. */
  readonly won: readonly TensorSet[];
  readonly index: TreeIndex;
  readonly formats: FormatTable;
  readonly cache: MatchCache;
}

/** One check of a draft: a file in `findings/`, named after its code. */
export type DraftCheck = (policy: Policy, draft: Draft) => readonly Finding[];

/** What the decider of a tensor asked for; undefined without a default. */
export function choiceOf(decider: Decider, policy: Policy): DtypeChoice | undefined {
  return decider.kind === 'rule' ? policy.rules[decider.index] : policy.default;
}

/** Outcomes of one decider that a check has something to say about. */
export interface Concern {
  readonly decider: Decider;
  readonly choice: DtypeChoice;
  /** At least one. */
  readonly outcomes: readonly Outcome[];
  /** Tensors of all of them together. */
  readonly count: number;
  /** Names of the first tensors in tree order, as many as a finding carries. */
  readonly names: readonly string[];
}

/** The outcomes that `isWanted`, by what decides them: the default first, then the rules in file order. */
export function concerns(
  policy: Policy,
  { outcomes, outcomeOf, won, tree }: Draft,
  isWanted: (outcome: Outcome, choice: DtypeChoice) => boolean,
): readonly Concern[] {
  const found: Concern[] = [];
  for (let from = 0; from < outcomes.length;) {
    const { decider } = outcomes[from]!;
    let to = from + 1;
    while (outcomes[to]?.decider === decider) to++;
    const choice = choiceOf(decider, policy);
    const wanted = choice ? outcomes.slice(from, to).filter((outcome) => isWanted(outcome, choice)) : [];
    if (choice && wanted.length > 0) {
      const isOne = (at: number): boolean => wanted.includes(outcomes[outcomeOf[at]!]!);
      const firsts =
        decider.kind === 'rule' ? firstTensors(won[decider.index]!, TENSORS_SHOWN, isOne) : firstOf(outcomeOf, isOne);
      const count = wanted.reduce((sum, outcome) => sum + outcome.count, 0);
      found.push({ decider, choice, outcomes: wanted, count, names: firsts.map((at) => tree.tensors[at]!.name) });
    }
    from = to;
  }
  return found;
}

function firstOf(outcomeOf: Plan['outcomeOf'], isWanted: (at: number) => boolean): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < outcomeOf.length && found.length < TENSORS_SHOWN; at++) if (isWanted(at)) found.push(at);
  return found;
}
