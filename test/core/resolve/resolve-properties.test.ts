import { describe, expect, it } from 'vitest';
import type { TensorTree } from '../../../extension/core/checkpoint/tensor';
import { parsePolicy } from '../../../extension/core/policy/parse';
import type { Policy } from '../../../extension/core/policy/policy';
import { createMatchCache } from '../../../extension/core/resolve/match-cache';
import type { Plan } from '../../../extension/core/resolve/plan';
import { resolve } from '../../../extension/core/resolve/resolve';
import { createTreatment } from '../../../extension/core/resolve/treatment';
import { FAKE_FORMATS } from '../policy/fake-formats';
import { createRandom, type Random } from '../policy/random';
import { naiveResolve } from './naive-resolve';
import { editedRules, policyText, randomRules, randomTree } from './random-policies';

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const fallbackOf = (random: Random): string | undefined => [undefined, 'int8', 'keep'][random.integer(3)];

function expectAsNaive(plan: Plan, policy: Policy, tree: TensorTree): void {
  const decisions = naiveResolve(policy, tree);
  const names = (isOne: (at: number) => boolean): string[] =>
    tree.tensors.filter((_, at) => isOne(at)).map(({ name }) => name);
  expect(plan.tensors.map(({ decider }) => (decider.kind === 'rule' ? decider.index : -1))).toEqual(
    decisions.map(({ rule }) => rule),
  );
  expect(plan.tensors.map(({ beaten }) => beaten)).toEqual(decisions.map(({ beaten }) => beaten));
  for (const { index, matched, won, bytesBefore, bytesAfter } of plan.rules) {
    expect([...won]).toEqual(names((at) => decisions[at]!.rule === index));
    expect(won).toHaveLength([...won].length);
    expect([...matched]).toEqual(names((at) => decisions[at]!.rule === index || decisions[at]!.beaten.includes(index)));
    expect(matched.first(3)).toEqual([...matched].slice(0, 3));
    const own = plan.tensors.filter((_, at) => decisions[at]!.rule === index);
    expect(bytesBefore).toBe(sum(own.map((planned) => planned.bytesBefore)));
    expect(bytesAfter).toBe(sum(own.map((planned) => planned.bytesAfter)));
  }
  expect(plan.bytesAfter).toBe(sum(plan.tensors.map(({ bytesAfter }) => bytesAfter)));
  expect(sum(plan.outcomes.map(({ count }) => count))).toBe(tree.tensors.length);
}

/** What tensors of one outcome share is what each of them would get alone. */
function expectOwnTreatments(plan: Plan, policy: Policy, tree: TensorTree): void {
  for (const { tensor, treatment, decider } of plan.tensors) {
    const choice = decider.kind === 'rule' ? policy.rules[decider.index] : policy.default;
    expect(treatment).toEqual(createTreatment(choice, tree, FAKE_FORMATS)(tensor));
  }
}

describe('150 random policies on random trees', () => {
  it('are resolved as the manual says', () => {
    const random = createRandom(2024);
    for (let round = 0; round < 150; round++) {
      const tree = randomTree(random);
      const text = policyText(randomRules(random, tree), fallbackOf(random));
      const { policy } = parsePolicy(text, FAKE_FORMATS);
      const plan = resolve(policy, tree, FAKE_FORMATS);
      // One by one first: afterwards they are taken from the list.
      const single = tree.tensors.map(({ name }) => plan.byName.get(name));
      expect(single, text).toEqual(plan.tensors);
      expectAsNaive(plan, policy, tree);
      expectOwnTreatments(plan, policy, tree);
    }
    expect(resolve(parsePolicy('', FAKE_FORMATS).policy, randomTree(random), FAKE_FORMATS).byName.get('?')).toBe(
      undefined,
    );
  });
});

describe('12 policies of 40 edits each', () => {
  it('are resolved with what is remembered as from scratch', () => {
    const random = createRandom(7);
    for (let round = 0; round < 12; round++) {
      const tree = randomTree(random);
      const cache = createMatchCache();
      const fallback = fallbackOf(random);
      let rules = randomRules(random, tree);
      for (let edit = 0; edit < 40; edit++) {
        const { policy } = parsePolicy(policyText(rules, fallback), FAKE_FORMATS);
        const warm = resolve(policy, tree, FAKE_FORMATS, cache);
        const cold = resolve(policy, tree, FAKE_FORMATS);
        expect(warm.findings).toEqual(cold.findings);
        expect(warm.outcomes).toEqual(cold.outcomes);
        expect(warm.outcomeOf).toEqual(cold.outcomeOf);
        expect(warm.tensors).toEqual(cold.tensors);
        expect(JSON.stringify(warm.rules)).toBe(JSON.stringify(cold.rules));
        rules = editedRules(rules, random, tree);
      }
    }
  });
});
