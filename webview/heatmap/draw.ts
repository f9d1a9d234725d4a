import { drawCells } from './draw-cells';
import { drawHeader, drawRowLabels } from './draw-labels';
import { boxOf } from './layout';
import type { Position } from './position';
import type { Scene } from './scene';

/** Draws the part of the heatmap that is in view; the canvas has the view's size times the pixel ratio. */
export function drawHeatmap(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, view, theme, pixelRatio } = scene;
  context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, view.width, view.height);
  layout.blocks.forEach((_, block) => {
    context.save();
    context.beginPath();
    context.rect(layout.gutter, 0, view.width, view.height);
    context.clip();
    drawCells(context, scene, block);
    context.restore();
    drawRowLabels(context, scene, block);
  });
  drawMarks(context, scene);
  layout.blocks.forEach((_, block) => drawHeader(context, scene, block));
}

/** Outlines of the hovered and the selected cell. */
function drawMarks(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, view, hovered, selected, focused, theme } = scene;
  context.save();
  context.beginPath();
  context.rect(layout.gutter - 3, 0, view.width, view.height);
  context.clip();
  if (hovered) drawRing(context, scene, hovered, theme.foreground, 1);
  if (selected) drawRing(context, scene, selected, focused ? theme.focus : theme.muted, focused ? 2 : 1);
  context.restore();
}

/** A ring with one of the background's colour inside and out, to be seen on any cell. */
function drawRing(
  context: CanvasRenderingContext2D,
  { layout, scroll, theme }: Scene,
  at: Position,
  colour: string,
  width: number,
): void {
  const box = boxOf(layout, at);
  const ring = (grow: number, thick: number, style: string): void => {
    context.strokeStyle = style;
    context.lineWidth = thick;
    const left = box.left - scroll[0] - 0.5 - grow;
    const top = box.top - scroll[1] - 0.5 - grow;
    context.strokeRect(left, top, box.width + 2 * grow, box.height + 2 * grow);
  };
  ring(0.5, width + 3, theme.background);
  ring(0.5, width, colour);
}
