import { describe, expect, test } from 'vitest';
import { cellAt, indexGrid } from '../../webview/heatmap/grid-index';
import { bands, columnLabels } from '../../webview/heatmap/column-labels';
import { boxOf, cellSize, layOut, positionAt, scrollTo } from '../../webview/heatmap/layout';
import { firstCell, navigate } from '../../webview/heatmap/navigation';
import { scaleOf, shareOf } from '../../webview/heatmap/scale';
import type { HeatmapBlock } from '../../webview/state';

/** A block drawn as text: a letter is a cell, a dot a place without a tensor. */
function block(...lines: readonly string[]): HeatmapBlock {
  const places = lines.flatMap((line, row) =>
    Array.from(line).flatMap((letter, column) => (letter === '.' ? [] : [{ row, column, name: letter }])),
  );
  // Out of order, as nothing promises an order.
  places.reverse();
  const same = places.map(() => 0);
  return {
    title: '',
    rowKind: 'layer',
    rows: lines.map((_, row) => String(row)),
    columns: Array.from(lines[0]!).map((_, column) => String(column)),
    cells: {
      row: places.map(({ row }) => row),
      column: places.map(({ column }) => column),
      name: places.map(({ name }) => name),
      count: same,
      elements: same,
      bytesBefore: same,
      bytesAfter: same,
      source: same,
      dtype: same,
      treatment: same,
      rule: same,
      error: same,
      shape: same,
    },
  };
}

const grids = [indexGrid(block('ab', '..')), indexGrid(block('c.d', '...', '.e.', 'f.g'))];

function letterAt(at: { block: number; row: number; column: number } | undefined): string | undefined {
  if (!at) return undefined;
  const grid = grids[at.block]!;
  const cell = cellAt(grid, at.row, at.column);
  return cell === undefined ? undefined : grid.block.cells.name[cell];
}

function walk(...keys: readonly string[]): string | undefined {
  let at = firstCell(grids)!;
  for (const key of keys) {
    const control = key.startsWith('Control+');
    at = navigate(grids, at, { key: key.replace('Control+', ''), control }, 2)!;
  }
  return letterAt(at);
}

describe('walking the grid by keyboard', () => {
  test.each([
    ['a', []],
    ['b', ['ArrowRight']],
    ['b', ['ArrowRight', 'ArrowRight']],
    ['c', ['ArrowDown']],
    ['d', ['ArrowDown', 'ArrowRight']],
    ['e', ['ArrowDown', 'ArrowDown']],
    ['f', ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown']],
    ['a', ['ArrowDown', 'ArrowUp', 'ArrowUp']],
    ['d', ['ArrowDown', 'End']],
    ['c', ['ArrowDown', 'End', 'Home']],
    ['g', ['Control+End']],
    ['a', ['Control+End', 'Control+Home']],
    ['e', ['PageDown']],
    ['c', ['Control+End', 'PageUp', 'Home']],
  ])('to %s with %j', (letter, keys) => {
    expect(walk(...keys)).toBe(letter);
  });

  test('other keys do not move', () => {
    expect(navigate(grids, firstCell(grids)!, { key: 'x', control: false }, 2)).toBeUndefined();
  });
});

test('cells are found by place, in a block that is not square or full', () => {
  expect(letterAt({ block: 1, row: 2, column: 1 })).toBe('e');
  expect(cellAt(grids[1]!, 2, 0)).toBeUndefined();
  expect(cellAt(grids[1]!, 9, 0)).toBeUndefined();
});

describe('the layout', () => {
  const frames = [
    { rows: 2, columns: 1, headerHeight: 40 },
    { rows: 60, columns: 9, headerHeight: 60 },
  ];

  test('gives back the cell under the middle of every box', () => {
    const layout = layOut(frames, 100, { width: 30, height: 7 });
    for (const at of [
      { block: 0, row: 1, column: 0 },
      { block: 1, row: 0, column: 8 },
      { block: 1, row: 59, column: 3 },
    ]) {
      const { left, top, width, height } = boxOf(layout, at);
      expect(positionAt(layout, left + width / 2, top + height / 2)).toEqual(at);
    }
    expect(positionAt(layout, 50, 45)).toBeUndefined();
    expect(positionAt(layout, 150, 10)).toBeUndefined();
  });

  test('is readable for a model of common depth, and one picture for a deep one', () => {
    const view = { width: 900, height: 600 };
    expect(cellSize(frames, 100, view, null).height).toBe(18);
    const deep = [frames[0]!, { ...frames[1]!, rows: 126 }];
    const { height } = cellSize(deep, 100, view, null);
    expect(layOut(deep, 100, { width: 88, height }).height).toBeLessThanOrEqual(600);
    expect(cellSize(deep, 100, view, 8).height).toBeGreaterThan(20);
  });

  test('scrolls as little as it must, clear of the labels that stay', () => {
    const layout = layOut(frames, 100, { width: 88, height: 20 });
    const view = { width: 500, height: 300 };
    expect(scrollTo(layout, { block: 0, row: 0, column: 0 }, [0, 0], view)).toEqual([0, 0]);
    const [left, top] = scrollTo(layout, { block: 1, row: 40, column: 8 }, [0, 0], view);
    expect(left).toBe(100 + 9 * 88 + 4 - 500);
    const back = scrollTo(layout, { block: 1, row: 40, column: 0 }, [left, top], view);
    expect(back).toEqual([0, top]);
    const up = scrollTo(layout, { block: 1, row: 0, column: 0 }, back, view);
    expect(up[1]).toBe(layout.blocks[1]!.top);
  });
});

test('column labels name the parameter only when it is not the weight', () => {
  const labels = columnLabels([
    'self_attn.q_proj.weight',
    'self_attn.q_proj.bias',
    'mlp.gate.weight',
    'input_layernorm.weight',
    'A_log',
  ]);
  expect(labels.map(({ leaf }) => leaf)).toEqual(['q_proj', 'q_proj.bias', 'gate', 'input_layernorm', 'A_log']);
  expect(bands(labels)).toEqual([
    { label: 'self_attn', from: 0, to: 2 },
    { label: 'mlp', from: 2, to: 3 },
  ]);
});

test('a scale leaves out what is unknown or 0', () => {
  const scale = scaleOf([null, 0, 0.001, 0.1])!;
  expect(scale).toEqual({ low: 0.001, high: 0.1 });
  expect(shareOf(scale, 0.01)).toBeCloseTo(0.5, 12);
  expect(scaleOf([0, null])).toBeUndefined();
});
