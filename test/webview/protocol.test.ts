import { describe, expect, test } from 'vitest';
import { hostMessage, parseHostMessage, parseWebviewMessage, PROTOCOL_VERSION } from '../../webview/protocol';
import { FRESH, parseSavedState } from '../../webview/saved-state';
import type { ReadyState } from '../../webview/state';
import { headers, llama, TINY } from './checkpoints';
import { MIXED_POLICY } from './preview-states';
import { APPLIED, readyState, REPORT } from './ready-state';

const version = PROTOCOL_VERSION;
const ready = readyState(MIXED_POLICY, headers(llama(TINY), 'F32'), {
  evaluation: { report: REPORT, stale: false },
  applied: APPLIED,
});
const stateMessage = (state: unknown): unknown => JSON.parse(JSON.stringify({ version, type: 'state', state }));

describe('what the extension sends', () => {
  test('is read back as it was sent, through JSON', () => {
    expect(parseHostMessage(stateMessage(ready))).toEqual({ version, type: 'state', state: ready });
    for (const body of [
      { type: 'state', state: { kind: 'no-policy' } },
      { type: 'state', state: { kind: 'loading', policy: 'a.dtype.yaml', checkpoint: 'b' } },
      { type: 'progress', progress: null },
      { type: 'progress', progress: { job: 'apply', phase: 'casting', done: 1, total: 2, unit: 'bytes', detail: '' } },
      { type: 'failed', message: 'the disk is full' },
    ] as const) {
      expect(parseHostMessage(hostMessage(body))).toEqual({ version, ...body });
    }
  });

  test('may hold a perplexity that overflowed, which JSON writes as null', () => {
    const overflowed = { ...REPORT, cast: { ...REPORT.cast, value: Infinity } };
    const state = { ...ready, evaluation: { report: overflowed, stale: false } };
    expect(parseHostMessage(stateMessage(state))).toBeDefined();
  });

  const cells = (change: Partial<ReadyState['heatmap']['blocks'][number]['cells']>): ReadyState => {
    const [first, ...others] = ready.heatmap.blocks;
    const block = { ...first!, cells: { ...first!.cells, ...change } };
    return { ...ready, heatmap: { ...ready.heatmap, blocks: [block, ...others] } };
  };

  test.each([
    ['another version', { version: 2, type: 'progress', progress: null }],
    ['no version', { type: 'progress', progress: null }],
    ['an unknown type', { version, type: 'run', command: 'rm' }],
    ['a text', 'progress'],
    ['a progress of another job', { version, type: 'progress', progress: { job: 'delete' } }],
    ['a state without its heatmap', stateMessage({ ...ready, heatmap: undefined })],
    ['columns of unequal length', stateMessage(cells({ count: [1] }))],
    ['a row that is not there', stateMessage(cells({ row: [0, 7] }))],
    ['a dtype that is not in the table', stateMessage(cells({ dtype: [0, 99] }))],
    ['a rule that is not in the policy', stateMessage(cells({ rule: [0, 5] }))],
    ['a negative size', stateMessage(cells({ bytesAfter: [-1, 1] }))],
    ['names that are numbers', stateMessage({ ...ready, rules: [{ label: 1, line: 1 }] })],
  ])('is refused: %s', (_, message) => {
    expect(parseHostMessage(message)).toBeUndefined();
  });
});

describe('what the dashboard sends', () => {
  test.each([
    [{ type: 'ready' }],
    [{ type: 'apply' }],
    [{ type: 'evaluate' }],
    [{ type: 'cancel' }],
    [{ type: 'reveal-rule', ruleIndex: 3 }],
    [{ type: 'reveal-rule', ruleIndex: null }],
    [{ type: 'reveal-tensor', name: 'model.norm.weight' }],
  ])('is understood: %j', (body) => {
    expect(parseWebviewMessage({ version, ...body })).toEqual({ version, ...body });
  });

  test('loses what no message has', () => {
    const message = { version, type: 'apply', output: '/etc', command: 'workbench.action.quit' };
    expect(parseWebviewMessage(message)).toEqual({ version, type: 'apply' });
  });

  test.each([
    [null],
    [[]],
    ['ready'],
    [{ type: 'ready' }],
    [{ version: 0, type: 'ready' }],
    [{ version, type: 'open', path: '/etc/passwd' }],
    [{ version, type: 'reveal-rule' }],
    [{ version, type: 'reveal-rule', ruleIndex: -1 }],
    [{ version, type: 'reveal-rule', ruleIndex: 1.5 }],
    [{ version, type: 'reveal-rule', ruleIndex: '0' }],
    [{ version, type: 'reveal-tensor', name: 7 }],
    [{ version, type: 'reveal-tensor', name: 'x'.repeat(5000) }],
    [{ version, type: '__proto__' }],
  ])('is refused: %j', (message) => {
    expect(parseWebviewMessage(message)).toBeUndefined();
  });
});

test('a saved state that is not understood is a fresh one', () => {
  const saved = { ...FRESH, key: 'a', colour: 'bytes' as const, zoom: 2, scroll: [0, 40], cell: [1, 2, 3] };
  expect(parseSavedState(saved)).toEqual(saved);
  for (const broken of [
    undefined,
    null,
    {},
    { ...saved, version: 2 },
    { ...saved, colour: 'red' },
    { ...saved, cell: [-1] },
  ]) {
    expect(parseSavedState(broken)).toBe(FRESH);
  }
});
