import type { HeatmapBlock } from '../state';
import { bands, columnLabels, fullLabel, type Band } from './column-labels';
import type { TextMeasure } from './text-measure';

/** How the columns of a block are labelled: upright in a few lines, turned where they are narrow, or not at all. */
export interface Header {
  readonly kind: 'upright' | 'turned' | 'bare';
  /** By how much turned labels are turned, clockwise: an eighth of a turn, or a quarter where that would overlap. */
  readonly angle: number;
  readonly title: string;
  /** Lines of each column's label. */
  readonly labels: readonly (readonly string[])[];
  /** Parents over runs of columns; only above upright labels. */
  readonly bands: readonly Band[];
  readonly height: number;
}

export const TITLE_HEIGHT = 24;
export const BAND_HEIGHT = 18;
export const LINE_HEIGHT = 14;
/** Between the labels and the first row. */
export const LABEL_GAP = 5;
const MOST_LINES = 3;
const LONGEST_TURNED = 165;
const NARROWEST_SLANTED = 17;
const NARROWEST_TURNED = 12;
const PADDING = 4;

export function headerOf(block: HeatmapBlock, cellWidth: number, measure: TextMeasure): Header {
  const labels = columnLabels(block.columns);
  const base = { title: block.title, labels: [], bands: [], angle: 0 };
  const wrapped = labels.map(({ leaf }) => wrap(leaf, cellWidth - PADDING, measure));
  if (wrapped.every((lines) => lines !== undefined)) {
    const parents = bands(labels);
    const lines = Math.max(1, ...wrapped.map(({ length }) => length));
    const height = TITLE_HEIGHT + (parents.length > 0 ? BAND_HEIGHT : 0) + lines * LINE_HEIGHT + LABEL_GAP;
    return { ...base, kind: 'upright', labels: wrapped, bands: parents, height };
  }
  if (cellWidth < NARROWEST_TURNED) return { ...base, kind: 'bare', height: TITLE_HEIGHT + 2 };
  const full = labels.map(fullLabel);
  const longest = Math.min(LONGEST_TURNED, Math.max(...full.map((label) => measure.width(label))));
  const angle = cellWidth < NARROWEST_SLANTED ? Math.PI / 2 : Math.PI / 4;
  const height = TITLE_HEIGHT + Math.ceil(longest * Math.sin(angle)) + 12;
  return { ...base, kind: 'turned', labels: full.map((label) => [label]), angle, height };
}

/** Room along a turned label. */
export function turnedRoom({ height, angle }: Header): number {
  return (height - TITLE_HEIGHT - 6) / Math.sin(angle);
}

/** The label broken behind `_` and `.` into lines that fit, or undefined when that takes too many. */
function wrap(label: string, room: number, measure: TextMeasure): readonly string[] | undefined {
  const lines: string[] = [];
  for (const piece of label.split(/(?<=[._])/)) {
    const longer = (lines.at(-1) ?? '') + piece;
    if (lines.length > 0 && measure.width(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines.length <= MOST_LINES && lines.every((line) => measure.width(line) <= room) ? lines : undefined;
}
