import { BAND_HEIGHT, LABEL_GAP, LINE_HEIGHT, turnedRoom, TITLE_HEIGHT } from './headers';
import { visibleCells, type Scene, type Visible } from './scene';
import { fitEnd } from './text-measure';

const LABEL_SPACE = 12;

/** Labels of the rows in view, at the left edge whatever the scroll. */
export function drawRowLabels(context: CanvasRenderingContext2D, scene: Scene, block: number): void {
  const { layout, grids, scroll, theme, measure } = scene;
  const { rowHeight: height, bodyTop, bottom } = layout.blocks[block]!;
  const { rows } = grids[block]!.block;
  const { firstRow, lastRow } = visibleCells(scene, block);
  const every = labelStep(height);
  const marked = markedAt(scene, block, 'row');
  context.font = measure.font;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let row = firstRow; row < lastRow; row++) {
    const isMarked = marked.includes(row);
    const crowded = marked.some((other) => other !== row && Math.abs(other - row) * height < LABEL_SPACE);
    if (!isMarked && (row % every !== 0 || crowded)) continue;
    context.fillStyle = isMarked ? theme.foreground : theme.muted;
    const text = fitEnd(rows[row]!, layout.gutter - 12, measure);
    // The first and last label of thin rows stay within their block.
    const middle = Math.max(bodyTop + 6, Math.min(bottom - 6, bodyTop + (row + 0.5) * height));
    context.fillText(text, layout.gutter - 8, middle - scroll[1]);
  }
}

/** Every how many rows there is room for a label: 1, 2, 5, 10, 20 ... */
function labelStep(height: number): number {
  for (let decade = 1; ; decade *= 10) {
    for (const step of [decade, 2 * decade, 5 * decade]) if (step * height >= LABEL_SPACE) return step;
  }
}

/** Title and column labels of a block, at the top edge while its rows are in view. */
export function drawHeader(context: CanvasRenderingContext2D, scene: Scene, block: number): void {
  const { layout, headers, scroll, view, theme } = scene;
  const place = layout.blocks[block]!;
  const header = headers[block]!;
  const pinned = Math.max(place.top - scroll[1], Math.min(0, place.bottom - scroll[1] - header.height));
  if (pinned > view.height || place.bottom - scroll[1] < 0) return;
  context.save();
  context.fillStyle = theme.background;
  context.fillRect(0, pinned, view.width, header.height);
  context.beginPath();
  context.rect(0, pinned, view.width, header.height);
  context.clip();
  drawTitle(context, scene, block, pinned);
  const visible = visibleCells(scene, block);
  context.beginPath();
  context.rect(header.kind === 'turned' ? 0 : layout.gutter, pinned, view.width, header.height);
  context.clip();
  if (header.kind === 'upright') drawUpright(context, scene, block, visible, pinned);
  else if (header.kind === 'turned') drawTurned(context, scene, block, visible, pinned);
  context.restore();
}

function drawTitle(context: CanvasRenderingContext2D, scene: Scene, block: number, top: number): void {
  const { theme, measure, layout, headers, grids } = scene;
  context.font = `600 ${measure.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = theme.foreground;
  context.fillText(headers[block]!.title, 0, top + TITLE_HEIGHT / 2 - 1);
  if (headers[block]!.kind !== 'upright') return;
  context.font = measure.font;
  context.textAlign = 'right';
  context.fillStyle = theme.muted;
  const baseline = top + headers[block]!.height - LABEL_GAP - LINE_HEIGHT / 2;
  context.fillText(grids[block]!.block.rowKind, layout.gutter - 8, baseline);
}

function drawUpright(
  context: CanvasRenderingContext2D,
  scene: Scene,
  block: number,
  visible: Visible,
  top: number,
): void {
  const { layout, headers, scroll, theme, measure } = scene;
  const { labels, bands, height } = headers[block]!;
  const { width } = layout.cell;
  const left = (column: number): number => layout.gutter + column * width - scroll[0];
  const marked = markedAt(scene, block, 'column');
  context.font = measure.font;
  context.textAlign = 'center';
  for (let column = visible.firstColumn; column < visible.lastColumn; column++) {
    context.fillStyle = marked.includes(column) ? theme.foreground : theme.muted;
    const lines = labels[column]!;
    const first = top + height - LABEL_GAP - (lines.length - 0.5) * LINE_HEIGHT;
    lines.forEach((line, at) => context.fillText(line, left(column) + width / 2, first + at * LINE_HEIGHT));
  }
  for (const { label, from, to } of bands) {
    const room = (to - from) * width - 8;
    const middle = left(from) + ((to - from) * width) / 2;
    const text = fitEnd(label, room, measure);
    const line = top + TITLE_HEIGHT + BAND_HEIGHT - 2;
    context.fillStyle = theme.muted;
    context.fillText(text, middle, line - 8);
    context.globalAlpha = 0.5;
    context.fillRect(left(from) + 2, line, (to - from) * width - 5, 1);
    context.globalAlpha = 1;
  }
}

/** Turned labels run down into their columns, so that those of the first columns lie over the row labels' corner. */
function drawTurned(
  context: CanvasRenderingContext2D,
  scene: Scene,
  block: number,
  visible: Visible,
  top: number,
): void {
  const { layout, headers, scroll, theme, measure } = scene;
  const header = headers[block]!;
  const slanted = header.angle < Math.PI / 2;
  const { width } = layout.cell;
  const marked = markedAt(scene, block, 'column');
  context.font = measure.font;
  context.textAlign = 'right';
  context.textBaseline = 'alphabetic';
  for (let column = visible.firstColumn; column < visible.lastColumn; column++) {
    const x = layout.gutter + (column + 0.5) * width - scroll[0];
    if (x < layout.gutter) continue;
    context.save();
    // From the baseline to the middle of the letters, at either angle.
    context.translate(x + (slanted ? 3 : -4), top + header.height - 4);
    context.rotate(header.angle);
    context.fillStyle = marked.includes(column) ? theme.foreground : theme.muted;
    const room = Math.min(turnedRoom(header), slanted ? x * Math.SQRT2 - 6 : Infinity);
    context.fillText(fitEnd(header.labels[column]!.join(''), room, measure), 0, 0);
    context.restore();
  }
}

/** Rows or columns of the hovered and the selected cell. */
function markedAt({ hovered, selected, focused }: Scene, block: number, side: 'row' | 'column'): readonly number[] {
  return [hovered, focused ? selected : undefined].flatMap((at) => (at?.block === block ? [at[side]] : []));
}
