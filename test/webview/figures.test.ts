import { expect, test } from 'vitest';
import { formatChange, formatFigure, formatRate, formatSeconds, formatShare, plural } from '../../webview/figures';
import { dashboardHtml } from '../../webview/html';
import { figureCards, measurementText } from '../../webview/parts/figure-cards';
import type { ReadyState } from '../../webview/state';
import { headers, llama, TINY } from './checkpoints';
import { MIXED_POLICY } from './preview-states';
import { NO_CHANGE, readyState, REPORT, SIMULATED } from './ready-state';

const tiny = headers(llama(TINY), 'F32');

/** The strip as lines of text. */
const strip = (change: Partial<ReadyState> = {}): readonly string[] =>
  figureCards(readyState(MIXED_POLICY, tiny, change)).map(
    ({ label, before, value, note, stale }) =>
      `${label}: ${before === undefined ? '' : `${before} -> `}${value}; ${note}${stale ? ' (stale)' : ''}`,
  );

test('numbers as people read them', () => {
  expect([0, 0.00000001, 0.00031, 0.0268, 0.0996, 0.5].map(formatShare)).toEqual([
    '0%',
    '<0.0001%',
    '0.031%',
    '2.7%',
    '10%',
    '50%',
  ]);
  expect([0, 3.21449, 0.00213, 0.00001, Infinity].map((value) => formatFigure(value))).toEqual([
    '0',
    '3.214',
    '0.002130',
    '1.0e-5',
    'not finite',
  ]);
  expect([0.01, -0.008].map(formatChange)).toEqual(['+0.0100', '-0.00800']);
  expect(formatRate(0.9432)).toBe('94.32%');
  expect([3.14, 34.2, 125].map(formatSeconds)).toEqual(['3.1 s', '34 s', '2 min 5 s']);
  expect([plural(1, 'tensor'), plural(1200, 'tensor')]).toEqual(['1 tensor', '1,200 tensors']);
});

test('figures before anything is measured', () => {
  expect(strip()).toEqual([
    'Size: 21.9 MB -> 5.52 MB; 25.2%, 3.97 times smaller',
    'Bits per weight: 32.00 -> 8.06; 56 tensors, scales included',
    'Perplexity: not measured yet; Evaluate measures it',
    'KL divergence: not measured yet; Evaluate measures it',
    'Same top token: not measured yet; Evaluate measures it',
  ]);
});

test('figures of an evaluation, with their uncertainty', () => {
  expect(strip({ evaluation: { report: REPORT, stale: true } }).slice(2)).toEqual([
    'Perplexity: 18.64 -> 18.90; +0.198 to +0.314 (95%) (stale)',
    'KL divergence: 0.01342; ± 0.00021 nats, at most 0.832 (stale)',
    'Same top token: 94.32%; ± 0.15% of 24,528 tokens (stale)',
  ]);
});

test('an interval that holds 0 is no measurable change', () => {
  expect(strip({ evaluation: { report: NO_CHANGE, stale: false } })[2]).toBe(
    'Perplexity: 18.64 -> 18.64; no measurable change',
  );
  const [one] = measurementText({ ...NO_CHANGE, measurement: { ...NO_CHANGE.measurement, windows: 1 } });
  expect(one).toBe('perplexity one window gives no interval');
});

const budgets = (change: Partial<ReadyState>): readonly (string | undefined)[] =>
  figureCards(readyState(MIXED_POLICY, tiny, change)).map(
    ({ budget }) => budget && `${budget.kept ? 'kept' : 'broken'}: ${budget.text}`,
  );

test('what the budget says of size, bits and perplexity', () => {
  const evaluation = { report: REPORT, stale: false };
  const tight = { bytes: 5_000_000, bitsPerWeight: 8.1, perplexityIncrease: 1 };
  expect(budgets({ budget: tight, evaluation })).toEqual([
    'broken: over the budget of 5.00 MB',
    'kept: within the budget of 8.10 bits',
    'broken: +1.37%, over the budget of +1%',
    undefined,
    undefined,
  ]);
  const loose = { bytes: null, bitsPerWeight: null, perplexityIncrease: 1.5 };
  expect(budgets({ budget: loose, evaluation })[2]).toBe('kept: +1.37%, within the budget of +1.5%');
  const stopped = { report: { ...REPORT, complete: false }, stale: false };
  expect(budgets({ budget: loose, evaluation: stopped })[2]).toBeUndefined();
  expect(strip({ budget: loose })[2]).toBe(
    'Perplexity: not measured yet; Evaluate measures it; the budget allows +1.5%',
  );
});

test('what was simulated and what was known from before is told', () => {
  expect(measurementText(SIMULATED).slice(3)).toEqual([
    'simulated: inputs of 42 linear weights as fp8_e4m3; keys and values as int8',
    'text 7f83b1657ff1, 34 s, base known in 48 windows',
  ]);
});

test('what was measured is told with it', () => {
  expect(measurementText({ ...REPORT, complete: false })).toEqual([
    'perplexity +0.198 to +0.314 (95%)',
    'validation.txt, 48 windows of 512 tokens, stopped early',
    '24,528 tokens scored (every next token)',
    'text 7f83b1657ff1, 34 s',
  ]);
});

test('the page allows its own script and style sheet and nothing else', () => {
  const page = dashboardHtml({
    scriptUri: 'https://x/a.js',
    styleUri: 'https://x/a.css',
    cspSource: 'https://x',
    nonce: 'n"o',
  });
  expect(/content="([^"]*default-src[^"]*)"/.exec(page)![1]).toBe(
    "default-src 'none'; style-src https://x; script-src 'nonce-n&quot;o'; base-uri 'none'; form-action 'none'",
  );
  expect(page).not.toMatch(/unsafe|style=/);
});
