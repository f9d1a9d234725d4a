import { element } from '../dom';
import type { ColourMode } from '../saved-state';
import type { ReadyState } from '../state';
import { readTheme } from '../theme/theme';
import { describeCell, speakCell } from './cell-text';
import { drawHeatmap } from './draw';
import { cellAt } from './grid-index';
import { createGridSemantics } from './grid-semantics';
import { boxOf, clampZoom, positionAt, scrollTo, ZOOM_STEP, type Box } from './layout';
import { firstCell, navigate, stillThere } from './navigation';
import { composePicture, type Picture } from './picture';
import { samePosition, type Position } from './position';
import { createTextMeasure } from './text-measure';
import { createTooltip } from './tooltip';

/** What the user was looking at. */
export interface HeatmapLook {
  readonly colour: ColourMode;
  readonly zoom: number | null;
  readonly scroll: readonly number[];
  readonly cell: readonly number[];
}

export interface HeatmapEvents {
  /** Index of a rule, null for the default. */
  revealRule(index: number | null): void;
  revealTensor(name: string): void;
  lookChanged(look: Partial<HeatmapLook>): void;
}

export interface HeatmapView {
  readonly element: HTMLElement;
  /** Draws before it returns. */
  show(state: ReadyState): void;
  setColour(colour: ColourMode): void;
  /** 1 nearer, -1 farther, 0 back to the size that fits. */
  zoom(direction: 1 | -1 | 0): void;
  /** After a change of theme or size. */
  redraw(): void;
}

/** The heatmap: a canvas of the view's size in a scrolling box, with the semantics of a grid. */
export function createHeatmapView(start: HeatmapLook, events: HeatmapEvents): HeatmapView {
  const canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  const context = canvas.getContext('2d', { alpha: false })!;
  const extent = element('div', { class: 'extent' });
  const semantics = createGridSemantics();
  const box = semantics.grid;
  box.append(canvas, extent);
  const tooltip = createTooltip();
  const stage = element('div', { class: 'stage' }, box, tooltip.element);

  let look = start;
  let restore: readonly number[] | undefined = start.scroll;
  let picture: Picture | undefined;
  let hovered: Position | undefined;
  let selected: Position | undefined = savedPosition(start.cell);
  let frame = 0;

  const view = () => ({ width: box.clientWidth, height: box.clientHeight });
  const scrolled = (): [number, number] => [box.scrollLeft, box.scrollTop];
  const change = (part: Partial<HeatmapLook>): void => {
    look = { ...look, ...part };
    events.lookChanged(part);
  };

  const draw = (): void => {
    frame = 0;
    if (!picture) return;
    const focused = document.activeElement === box;
    const pixelRatio = window.devicePixelRatio;
    drawHeatmap(context, { ...picture, scroll: scrolled(), view: view(), pixelRatio, hovered, selected, focused });
  };
  const drawSoon = (): void => {
    frame ||= requestAnimationFrame(draw);
  };

  /** Lays out and draws; what a picture is made of is kept where it can be. */
  const compose = (state: ReadyState): void => {
    const theme = readTheme(document.body);
    const font = `11px ${theme.fontFamily}`;
    const measure = picture?.measure.font === font ? picture.measure : createTextMeasure(context, font);
    const room = { width: stage.clientWidth, height: stageRoom(stage) };
    const { colour, zoom } = look;
    picture = composePicture({ state, theme, measure, colour, zoom, view: room }, picture);
    const { layout } = picture;
    // Room for a scroll bar below, where one is needed.
    const wide = layout.width > room.width;
    box.style.height = `${Math.min(room.height, layout.height + (wide ? 12 : 0))}px`;
    extent.style.width = `${layout.width}px`;
    extent.style.height = `${layout.height}px`;
    const { width, height } = view();
    canvas.width = Math.max(1, Math.round(width * window.devicePixelRatio));
    canvas.height = Math.max(1, Math.round(height * window.devicePixelRatio));
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    if (restore) {
      [box.scrollLeft, box.scrollTop] = [restore[0] ?? 0, restore[1] ?? 0];
      restore = undefined;
    }
    semantics.size(picture.grids);
    draw();
  };

  const cellOf = (at: Position): number | undefined =>
    picture && picture.grids[at.block] && cellAt(picture.grids[at.block]!, at.row, at.column);

  const describe = (at: Position) => describeCell(picture!.state, at.block, cellOf(at)!);

  const windowBox = (at: Position): Box => {
    const { left, top } = box.getBoundingClientRect();
    const [x, y] = scrolled();
    const cell = boxOf(picture!.layout, at);
    return { ...cell, left: cell.left - x + left, top: cell.top - y + top };
  };

  const select = (at: Position): void => {
    selected = at;
    const [left, top] = scrollTo(picture!.layout, at, scrolled(), view());
    [box.scrollLeft, box.scrollTop] = [left, top];
    change({ cell: [at.block, at.row, at.column] });
    const { block } = picture!.grids[at.block]!;
    const text = describe(at);
    semantics.select(picture!.grids, at, speakCell(text, block.rowKind, block.rows[at.row]!));
    tooltip.show(text, windowBox(at));
    drawSoon();
  };

  const open = (at: Position, tensor: boolean): void => {
    const cell = cellOf(at);
    if (!picture || cell === undefined) return;
    const { cells } = picture.state.heatmap.blocks[at.block]!;
    const rule = cells.rule[cell]!;
    if (tensor) events.revealTensor(cells.name[cell]!);
    else events.revealRule(rule < 0 ? null : rule);
  };

  const underMouse = (event: MouseEvent): Position | undefined => {
    const { left, top } = box.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    if (!picture || x >= box.clientWidth || y >= box.clientHeight || x < picture.layout.gutter) return undefined;
    const at = positionAt(picture.layout, x + box.scrollLeft, y + box.scrollTop);
    // Under a header that stays in view lie rows that can't be seen.
    const pinned = at && y < picture.layout.blocks[at.block]!.headerHeight;
    return at && !pinned && cellOf(at) !== undefined ? at : undefined;
  };

  const setZoom = (zoom: number | null): void => {
    change({ zoom: zoom === null ? null : clampZoom(zoom) });
    tooltip.hide();
    if (picture) compose(picture.state);
  };
  const zoomBy = (direction: 1 | -1 | 0): void => {
    setZoom(direction === 0 ? null : (look.zoom ?? 1) * ZOOM_STEP ** direction);
  };

  const pressed = (event: KeyboardEvent): void => {
    if (!picture) return;
    const { key } = event;
    const control = event.ctrlKey || event.metaKey;
    if (key === 'Escape') {
      tooltip.hide();
      return;
    }
    const from = selected ?? firstCell(picture.grids);
    if (!from) return;
    const zoomed = { '+': 1, '=': 1, '-': -1, '0': 0 }[key] as 1 | -1 | 0 | undefined;
    if (zoomed !== undefined && !control) zoomBy(zoomed);
    else if (key === 'Enter') open(from, event.shiftKey);
    else {
      const page = Math.max(1, Math.floor(box.clientHeight / picture.layout.blocks[from.block]!.rowHeight) - 2);
      const to = navigate(picture.grids, from, { key, control }, page);
      if (!to) return;
      select(to);
    }
    event.preventDefault();
  };

  box.addEventListener('keydown', pressed);
  box.addEventListener('focus', () => {
    const at = picture && (selected ?? firstCell(picture.grids));
    if (at && box.matches(':focus-visible')) select(at);
    drawSoon();
  });
  box.addEventListener('blur', () => {
    tooltip.hide();
    drawSoon();
  });
  box.addEventListener('scroll', () => {
    change({ scroll: scrolled() });
    drawSoon();
  });
  box.addEventListener('mousemove', (event) => {
    const at = underMouse(event);
    box.classList.toggle('over-cell', at !== undefined);
    if (at) tooltip.show(describe(at), { left: event.clientX, top: event.clientY, width: 4, height: 8 });
    else if (hovered) tooltip.hide();
    if (samePosition(at, hovered)) return;
    hovered = at;
    drawSoon();
  });
  box.addEventListener('mouseleave', () => {
    hovered = undefined;
    tooltip.hide();
    drawSoon();
  });
  box.addEventListener('click', (event) => {
    const at = underMouse(event);
    if (!at) return;
    select(at);
    open(at, event.shiftKey);
  });
  box.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      setZoom((look.zoom ?? 1) * Math.exp(-event.deltaY / 300));
    },
    { passive: false },
  );

  return {
    element: element('div', { class: 'heatmap' }, stage, semantics.live),
    show(state) {
      compose(state);
      if (selected && !stillThere(picture!.grids, selected)) selected = undefined;
      if (hovered && !stillThere(picture!.grids, hovered)) hovered = undefined;
      tooltip.hide();
      draw();
    },
    setColour(colour) {
      change({ colour });
      if (picture) compose(picture.state);
    },
    zoom: zoomBy,
    redraw() {
      if (picture) compose(picture.state);
    },
  };
}

function savedPosition([block, row, column]: readonly number[]): Position | undefined {
  return block === undefined || row === undefined || column === undefined ? undefined : { block, row, column };
}

/** The height there is: the stage's own where the page does not scroll, else most of the window's. */
function stageRoom(stage: HTMLElement): number {
  const scrolls = getComputedStyle(stage).getPropertyValue('--page-scrolls').trim() === 'yes';
  return scrolls ? Math.round(window.innerHeight * 0.7) : stage.clientHeight;
}
