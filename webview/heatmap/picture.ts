import type { ColourMode } from '../saved-state';
import type { ReadyState } from '../state';
import type { Theme } from '../theme/theme';
import { paintCells, type CellPaint } from './cell-paint';
import { indexGrid, type GridIndex } from './grid-index';
import { headerOf, type Header } from './headers';
import { cellSize, layOut, type Layout, type Size } from './layout';
import type { TextMeasure } from './text-measure';

/** What a state looks like in a view of some size: all of a scene that scrolling and pointing do not change. */
export interface Picture {
  readonly state: ReadyState;
  readonly colour: ColourMode;
  readonly theme: Theme;
  readonly measure: TextMeasure;
  readonly grids: readonly GridIndex[];
  readonly paint: CellPaint;
  readonly headers: readonly Header[];
  readonly layout: Layout;
}

export interface PictureInput {
  readonly state: ReadyState;
  readonly theme: Theme;
  readonly measure: TextMeasure;
  readonly colour: ColourMode;
  readonly zoom: number | null;
  readonly view: Size;
}

/** `last` lends what still holds, so that a zoom does not index and colour the cells again. */
export function composePicture(input: PictureInput, last: Picture | undefined): Picture {
  const { state, theme, measure, colour, zoom, view } = input;
  const { blocks } = state.heatmap;
  const same = last?.state === state ? last : undefined;
  const grids = same?.grids ?? blocks.map(indexGrid);
  const sameColours = same?.colour === colour && same.theme.tone === theme.tone;
  const paint = sameColours ? same.paint : paintCells(state.heatmap, colour, theme.tone);
  const gutter = gutterOf(state, measure, view);
  // The width of cells does not depend on the headers' height, so a first guess of the height will do for it.
  const guess = blocks.map(({ rows, columns }) => ({ rows: rows.length, columns: columns.length, headerHeight: 0 }));
  const { width } = cellSize(guess, gutter, view, zoom);
  const headers = blocks.map((block) => headerOf(block, width, measure));
  const frames = guess.map((frame, at) => ({ ...frame, headerHeight: headers[at]!.height }));
  const layout = layOut(frames, gutter, { width, height: cellSize(frames, gutter, view, zoom).height });
  return { state, colour, theme, measure, grids, paint, headers, layout };
}

/** Row labels are measured by their longest, but many rows are judged by the first few hundred. */
const LABELS_MEASURED = 300;

function gutterOf({ heatmap }: ReadyState, measure: TextMeasure, view: Size): number {
  const widths = heatmap.blocks.flatMap(({ rows }) => rows.slice(0, LABELS_MEASURED).map((row) => measure.width(row)));
  const widest = Math.max(24, ...widths);
  return Math.round(Math.min(widest, 220, Math.max(72, view.width * 0.24))) + 14;
}
