import { element, setText } from '../dom';
import type { GridIndex } from './grid-index';
import { columnLabels, fullLabel } from './column-labels';
import type { Position } from './position';

/** The grid as assistive technology sees it: canvas has no elements, so one row and cell stand for the active one. */
export interface GridSemantics {
  readonly grid: HTMLElement;
  /** Says what the active cell holds. */
  readonly live: HTMLElement;
  size(grids: readonly GridIndex[]): void;
  select(grids: readonly GridIndex[], at: Position, spoken: string): void;
}

export function createGridSemantics(): GridSemantics {
  // Two stand-ins take turns: a screen reader notices a new active descendant, not a changed one.
  const standIns = ['heatmap-cell-a', 'heatmap-cell-b'].map((id) => {
    const cell = element('div', { attributes: { role: 'gridcell', id } });
    return { row: element('div', { class: 'visually-hidden', attributes: { role: 'row' } }, cell), cell };
  });
  const grid = element('div', {
    class: 'viewport',
    attributes: {
      role: 'grid',
      tabindex: '0',
      'aria-label': 'Heatmap of the tensors. Arrow keys move, Enter opens the rule, Shift+Enter the tensor.',
      'aria-readonly': 'true',
    },
  });
  grid.append(...standIns.map(({ row }) => row));
  const live = element('div', { class: 'visually-hidden', attributes: { 'aria-live': 'polite', role: 'status' } });
  let turn = 0;
  return {
    grid,
    live,
    size(grids) {
      grid.setAttribute('aria-rowcount', String(grids.reduce((sum, { block }) => sum + block.rows.length, 0)));
      grid.setAttribute('aria-colcount', String(Math.max(0, ...grids.map(({ block }) => block.columns.length))));
    },
    select(grids, at, spoken) {
      turn = 1 - turn;
      const { row, cell } = standIns[turn]!;
      const rowsAbove = grids.slice(0, at.block).reduce((sum, { block }) => sum + block.rows.length, 0);
      const { columns } = grids[at.block]!.block;
      row.setAttribute('aria-rowindex', String(rowsAbove + at.row + 1));
      cell.setAttribute('aria-colindex', String(at.column + 1));
      cell.setAttribute('aria-selected', 'true');
      standIns[1 - turn]!.cell.removeAttribute('aria-selected');
      setText(cell, fullLabel(columnLabels([columns[at.column]!])[0]!));
      grid.setAttribute('aria-activedescendant', cell.id);
      setText(live, spoken);
    },
  };
}
