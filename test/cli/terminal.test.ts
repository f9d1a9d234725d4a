import { expect, test } from 'vitest';
import { formatTable } from '../../extension/cli/table';
import { formatSeconds } from '../../extension/core/duration';
import { progressBar, progressLine, type Terminal } from '../../extension/cli/terminal';
import type { Progress } from '../../extension/jobs/progress';

const half: Progress = {
  phase: 'casting',
  done: 5_000_000,
  total: 10_000_000,
  unit: 'bytes',
  detail: 'lm_head.weight',
};

test('a progress line says phase, share, amount, time left and what is at hand', () => {
  expect(progressLine(half, 30_000)).toBe(
    'casting ████████████░░░░░░░░░░░░ 50% 5.00 MB of 10.0 MB, 30 s left  lm_head.weight',
  );
});

test('nothing to do counts as done', () => {
  expect(progressLine({ ...half, done: 0, total: 0 }, 0)).toContain('100%');
});

test('where a line cannot be rewritten, one is written every half minute', () => {
  const written: string[] = [];
  let now = 0;
  const log: Terminal = {
    out: (text) => written.push(text),
    err: (text) => written.push(text),
    interactive: false,
    columns: 80,
    now: () => now,
  };
  const bar = progressBar(log);
  for (; now <= 65_000; now += 1000) bar.show(half);
  bar.clear();
  expect(written).toEqual([
    'casting 50% 5.00 MB of 10.0 MB, 30 s left  lm_head.weight\n',
    'casting 50% 5.00 MB of 10.0 MB, 1 min 0 s left  lm_head.weight\n',
  ]);
});

test.each([
  [8.4, '8 s'],
  [125, '2 min 5 s'],
  [4800, '1 h 20 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test('a table lines numbers up on the right and leaves no trailing spaces', () => {
  const table = formatTable(
    [
      { heading: 'dtype', align: 'left' },
      { heading: 'bytes', align: 'right' },
      { heading: 'note', align: 'left' },
    ],
    [
      ['bf16', '7 MB', ''],
      ['fp8_e4m3', '12 kB', 'by channel'],
    ],
  );
  expect(table.split('\n')).toEqual(['dtype     bytes  note', 'bf16       7 MB', 'fp8_e4m3  12 kB  by channel']);
});
