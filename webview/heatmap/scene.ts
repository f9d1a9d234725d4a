import type { Theme } from '../theme/theme';
import type { CellPaint } from './cell-paint';
import type { GridIndex } from './grid-index';
import type { Header } from './headers';
import type { Layout, Size } from './layout';
import type { Position } from './position';
import type { TextMeasure } from './text-measure';

/** Everything one picture of the heatmap is a function of. */
export interface Scene {
  readonly grids: readonly GridIndex[];
  readonly headers: readonly Header[];
  readonly layout: Layout;
  readonly paint: CellPaint;
  readonly theme: Theme;
  readonly measure: TextMeasure;
  /** Left and top of the view within the drawing. */
  readonly scroll: readonly [number, number];
  readonly view: Size;
  readonly pixelRatio: number;
  /** Cell under the mouse. */
  readonly hovered: Position | undefined;
  /** Cell the keyboard is at, and whether the grid has the focus. */
  readonly selected: Position | undefined;
  readonly focused: boolean;
}

/** Rows and columns of a block that are in view, ends excluded. */
export interface Visible {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

export function visibleCells({ layout, scroll, view }: Scene, block: number): Visible {
  const place = layout.blocks[block]!;
  const { cell, gutter } = layout;
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  return {
    firstRow: clamp(Math.floor((scroll[1] - place.bodyTop) / place.rowHeight), place.rows),
    lastRow: clamp(Math.ceil((scroll[1] + view.height - place.bodyTop) / place.rowHeight), place.rows),
    firstColumn: clamp(Math.floor(scroll[0] / cell.width), place.columns),
    lastColumn: clamp(Math.ceil((scroll[0] + view.width - gutter) / cell.width), place.columns),
  };
}
