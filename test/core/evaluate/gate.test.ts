import { expect, test } from 'vitest';
import { budgetLimit, gateOf, gateText } from '../../../extension/core/evaluate/gate';
import { BUILT_IN_FORMATS } from '../../../extension/core/formats/registry';
import { parsePolicy } from '../../../extension/core/policy/parse';
import { REPORT } from '../../webview/ready-state';

const grown = (perplexityRatio: number, complete = true) => ({
  ...REPORT,
  complete,
  divergence: { ...REPORT.divergence, perplexityRatio },
});

test('a rise up to the limit passes, beyond it fails', () => {
  expect(gateOf(grown(1.0099), 1)).toMatchObject({ maxPerplexityIncrease: 1, passed: true });
  expect(gateOf(grown(1.0101), 1)!.measured).toBeCloseTo(1.01, 9);
  expect(gateOf(grown(1.0101), 1)!.passed).toBe(false);
  expect(gateOf(grown(0.99), 0)!.passed).toBe(true);
});

test('without a limit, and for what was stopped early, there is no gate', () => {
  expect(gateOf(grown(2), undefined)).toBeUndefined();
  expect(gateOf(grown(1, false), 1)).toBeUndefined();
});

test.each([
  ['+1%', 1],
  ['7%', 7],
  ['0.29 %', 0.29],
  ['0%', 0],
])('budget.perplexity %s is a limit of %d percent', (written, percent) => {
  const { policy } = parsePolicy(`version: 1\nbudget: { perplexity: "${written}" }\n`, BUILT_IN_FORMATS);
  expect(budgetLimit(policy.budget?.perplexity?.value)).toBe(percent);
});

test('the text says what was measured, what is allowed, and how it went', () => {
  expect(gateText(gateOf(grown(1.0124), 1)!)).toBe('+1.24%, allowed +1%: FAILED');
  expect(gateText(gateOf(grown(0.995), 0.5)!)).toBe('-0.50%, allowed +0.5%: passed');
});
