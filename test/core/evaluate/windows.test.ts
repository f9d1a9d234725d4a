import { expect, test } from 'vitest';
import { cutWindows } from '../../../extension/core/evaluate/windows';

const TOKENS = Array.from({ length: 23 }, (_, i) => i);

test('windows do not overlap, and what is left at the end is dropped', () => {
  const windows = cutWindows(TOKENS, 5, 100, 'all');
  expect(windows.map(({ tokens, first }) => [first, ...tokens])).toEqual([
    [0, 0, 1, 2, 3, 4],
    [0, 5, 6, 7, 8, 9],
    [0, 10, 11, 12, 13, 14],
    [0, 15, 16, 17, 18, 19],
  ]);
});

test('the limit counts windows', () => {
  expect(cutWindows(TOKENS, 5, 2, 'all')).toHaveLength(2);
});

test.each([
  [8, 4],
  [5, 2],
])('scoring the second half of %i tokens begins at position %i', (context, first) => {
  expect(cutWindows(TOKENS, context, 1, 'second-half')[0]!.first).toBe(first);
});

test('a text that fills no window is refused', () => {
  expect(() => cutWindows(TOKENS, 24, 9, 'all')).toThrow(
    'the text has 23 tokens, too few for one window of 24; use a longer text or a smaller context',
  );
});
