import type { Position } from './position';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One block's place, in CSS pixels of the whole drawing. */
export interface BlockPlace {
  readonly top: number;
  /** Title and column labels. */
  readonly headerHeight: number;
  readonly bodyTop: number;
  readonly rowHeight: number;
  readonly rows: number;
  readonly columns: number;
  readonly bottom: number;
}

export interface Layout extends Size {
  /** Width of the row labels, which stay in view. */
  readonly gutter: number;
  readonly cell: Size;
  readonly blocks: readonly BlockPlace[];
}

/** Rows of a block as short as this stay readable when those of the others shrink to fit. */
const SHORT_BLOCK = 12;

export interface BlockFrame {
  readonly rows: number;
  readonly columns: number;
  readonly headerHeight: number;
}

const GAP = 16;
/** Room right of and below the last cell, so that the focus ring is not cut. */
const MARGIN = 4;

/** Lays the blocks out one below the other with cells of one size. */
export function layOut(frames: readonly BlockFrame[], gutter: number, cell: Size): Layout {
  let top = 0;
  const blocks = frames.map(({ rows, columns, headerHeight }): BlockPlace => {
    const bodyTop = top + headerHeight;
    const rowHeight = rowHeightOf(rows, cell.height);
    const bottom = bodyTop + rows * rowHeight;
    const place = { top, headerHeight, bodyTop, rowHeight, rows, columns, bottom };
    top = bottom + GAP;
    return place;
  });
  const columns = Math.max(0, ...frames.map((frame) => frame.columns));
  return {
    gutter,
    cell,
    blocks,
    width: gutter + columns * cell.width + MARGIN,
    height: Math.max(0, top - GAP + MARGIN),
  };
}

function rowHeightOf(rows: number, height: number): number {
  return rows <= SHORT_BLOCK ? Math.max(height, READABLE_ROW) : height;
}

const READABLE_ROW = 18;
const TALLEST_ROW = 30;
const WIDEST_CELL = 112;
/** Below this a cell can't be hit with a mouse; the drawing scrolls instead. */
const NARROWEST_CELL = 3;

/**
 * Size of cells that suits a view: rows to read when that takes no more than a few screens, else so small that all
 * fit and the whole model is one picture. `zoom` multiplies both sides; null is 1.
 */
export function cellSize(frames: readonly BlockFrame[], gutter: number, view: Size, zoom: number | null): Size {
  const columns = Math.max(1, ...frames.map((frame) => frame.columns));
  const rows = sum(frames, (frame) => frame.rows);
  const long = sum(frames, (frame) => (frame.rows > SHORT_BLOCK ? frame.rows : 0));
  const fixed = sum(frames, ({ headerHeight }) => headerHeight + GAP) + MARGIN;
  const fitWidth = (view.width - gutter - MARGIN) / columns;
  const fitHeight = (view.height - fixed) / Math.max(1, rows);
  const readable = rows * READABLE_ROW <= 2.5 * view.height && fitWidth >= 8;
  const overview = (view.height - fixed - (rows - long) * READABLE_ROW) / Math.max(1, long);
  const height = readable ? clamp(fitHeight, READABLE_ROW, TALLEST_ROW) : clamp(overview, 1, TALLEST_ROW);
  const width = clamp(fitWidth, readable ? NARROWEST_CELL : 1, WIDEST_CELL);
  const times = zoom ?? 1;
  return { width: whole(width * times), height: whole(height * times) };
}

/** Whole pixels where a fraction would show; quarters where whole ones would leave much of the view empty. */
function whole(side: number): number {
  return side >= 8 ? Math.floor(side) : Math.max(1, Math.floor(side * 4) / 4);
}

function sum(frames: readonly BlockFrame[], amount: (frame: BlockFrame) => number): number {
  return frames.reduce((total, frame) => total + amount(frame), 0);
}

/** Steps of the zoom buttons. */
export const ZOOM_STEP = 1.4;
const ZOOM_LIMIT = 40;

export function clampZoom(zoom: number): number {
  return clamp(zoom, 1 / ZOOM_LIMIT, ZOOM_LIMIT);
}

/** The place under a point of the drawing, whether or not a tensor is there. */
export function positionAt({ blocks, gutter, cell }: Layout, x: number, y: number): Position | undefined {
  const block = blocks.findIndex(({ bodyTop, bottom }) => y >= bodyTop && y < bottom);
  if (block < 0 || x < gutter) return undefined;
  const column = Math.floor((x - gutter) / cell.width);
  if (column >= blocks[block]!.columns) return undefined;
  return { block, column, row: Math.floor((y - blocks[block]!.bodyTop) / blocks[block]!.rowHeight) };
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

export function boxOf({ blocks, gutter, cell }: Layout, { block, row, column }: Position): Box {
  const { bodyTop, rowHeight } = blocks[block]!;
  return {
    left: gutter + column * cell.width,
    top: bodyTop + row * rowHeight,
    width: cell.width,
    height: rowHeight,
  };
}

/** Scroll that brings a cell into view, clear of the labels that stay; unchanged when it is in view. */
export function scrollTo(
  layout: Layout,
  at: Position,
  scroll: readonly [number, number],
  view: Size,
): [number, number] {
  const box = boxOf(layout, at);
  const header = layout.blocks[at.block]!.headerHeight;
  const left = clamp(scroll[0], box.left + box.width + MARGIN - view.width, box.left - layout.gutter);
  const top = clamp(scroll[1], box.top + box.height + MARGIN - view.height, box.top - header);
  return [Math.max(0, left), Math.max(0, top)];
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
