import { expect, test } from 'vitest';
import { spansOf, stackWindows } from '../../../extension/core/model/window-rows';

test('windows begin at multiples of 8', () => {
  expect(stackWindows([10, 8, 3])).toEqual([
    { first: 0, rows: 10 },
    { first: 16, rows: 8 },
    { first: 24, rows: 3 },
  ]);
});

test('the rows of several windows, in spans of 128', () => {
  expect(spansOf(stackWindows([130, 5]), 0, 141)).toEqual([
    { row: 0, count: 128, position: 0, window: 0 },
    { row: 128, count: 2, position: 128, window: 0 },
    { row: 136, count: 5, position: 0, window: 1 },
  ]);
});

test('some rows of one window: rows count from the first of them, positions from its begin', () => {
  expect(spansOf([{ first: 0, rows: 300 }], 128, 128)).toEqual([{ row: 0, count: 128, position: 128, window: 0 }]);
  expect(spansOf([{ first: 0, rows: 300 }], 256, 44)).toEqual([{ row: 0, count: 44, position: 256, window: 0 }]);
});
