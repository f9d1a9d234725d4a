import { cellAt, seekColumn, type GridIndex } from './grid-index';
import type { Position } from './position';

/** A key that moves within the grid, as a grid is walked by keyboard (WAI-ARIA grid pattern). */
export interface Move {
  readonly key: string;
  readonly control: boolean;
}

/** Behind every column; finite, because distances are taken from it. */
const BEHIND = Number.MAX_SAFE_INTEGER;

/** Where a key leads from a cell, empty places skipped; undefined when the key does not move. */
export function navigate(
  grids: readonly GridIndex[],
  from: Position,
  { key, control }: Move,
  rowsOfPage: number,
): Position | undefined {
  switch (key) {
    case 'ArrowLeft':
      return beside(grids, from, -1) ?? from;
    case 'ArrowRight':
      return beside(grids, from, 1) ?? from;
    case 'ArrowUp':
      return vertical(grids, from, -1, 1);
    case 'ArrowDown':
      return vertical(grids, from, 1, 1);
    case 'PageUp':
      return vertical(grids, from, -1, rowsOfPage);
    case 'PageDown':
      return vertical(grids, from, 1, rowsOfPage);
    case 'Home':
      return control ? firstCell(grids) : nearest(grids[from.block]!, from.block, from.row, 0);
    case 'End':
      return control ? lastCell(grids) : nearest(grids[from.block]!, from.block, from.row, BEHIND);
    default:
      return undefined;
  }
}

/** The first cell of the heatmap, where the keyboard starts. */
export function firstCell(grids: readonly GridIndex[]): Position | undefined {
  const block = grids.findIndex(({ order }) => order.length > 0);
  return block < 0 ? undefined : nearest(grids[block]!, block, rowWithCells(grids[block]!, 0, 1)!, 0);
}

function lastCell(grids: readonly GridIndex[]): Position | undefined {
  const block = grids.findLastIndex(({ order }) => order.length > 0);
  if (block < 0) return undefined;
  const grid = grids[block]!;
  return nearest(grid, block, rowWithCells(grid, grid.block.rows.length - 1, -1)!, BEHIND);
}

/** `from` if there still is a cell, for a selection that outlives an edit of the policy. */
export function stillThere(grids: readonly GridIndex[], from: Position): Position | undefined {
  const grid = grids[from.block];
  return grid && cellAt(grid, from.row, from.column) !== undefined ? from : undefined;
}

function beside(grids: readonly GridIndex[], from: Position, step: 1 | -1): Position | undefined {
  const grid = grids[from.block]!;
  const at = seekColumn(grid, from.row, from.column) + step;
  if (at < grid.rowStart[from.row]! || at >= grid.rowStart[from.row + 1]!) return undefined;
  return { ...from, column: grid.columns[at]! };
}

/** `count` rows up or down, over the gap between blocks; as far as there are cells. */
function vertical(grids: readonly GridIndex[], from: Position, step: 1 | -1, count: number): Position {
  let { block, row } = from;
  for (let moved = 0; moved < count; moved++) {
    let next = rowWithCells(grids[block]!, row + step, step);
    let into = block;
    while (next === undefined) {
      into += step;
      const grid = grids[into];
      if (!grid) break;
      next = rowWithCells(grid, step > 0 ? 0 : grid.block.rows.length - 1, step);
    }
    if (next === undefined) break;
    [block, row] = [into, next];
  }
  return nearest(grids[block]!, block, row, from.column);
}

function rowWithCells({ rowStart, block }: GridIndex, from: number, step: 1 | -1): number | undefined {
  for (let row = from; row >= 0 && row < block.rows.length; row += step) {
    if (rowStart[row + 1]! > rowStart[row]!) return row;
  }
  return undefined;
}

/** The cell of a row that has any which stands nearest to a column. */
function nearest(grid: GridIndex, block: number, row: number, column: number): Position {
  const [start, end] = [grid.rowStart[row]!, grid.rowStart[row + 1]!];
  const at = Math.min(seekColumn(grid, row, column), end - 1);
  const before = Math.max(start, at - 1);
  const [right, left] = [grid.columns[at]!, grid.columns[before]!];
  return { block, row, column: Math.abs(column - left) <= Math.abs(right - column) ? left : right };
}
