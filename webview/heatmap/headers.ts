import type { HeatmapBlock } from '../state';
import { bands, columnLabels, fullLabel, type Band } from './column-labels';
import type { TextMeasure } from './text-measure';

/** How the columns of a block are labelled: side by side, slanted where they are narrow, not at all. */
export interface Header {
  readonly kind: 'flat' | 'slanted' | 'bare';
  readonly title: string;
  readonly labels: readonly string[];
  /** Parents over runs of columns; only above flat labels. */
  readonly bands: readonly Band[];
  readonly height: number;
}

export const TITLE_HEIGHT = 22;
export const BAND_HEIGHT = 17;
export const LABEL_HEIGHT = 19;
const LONGEST_SLANTED = 150;
const NARROWEST_SLANTED = 11;
const PADDING = 6;

export function headerOf(block: HeatmapBlock, cellWidth: number, measure: TextMeasure): Header {
  const labels = columnLabels(block.columns);
  const base = { title: block.title, bands: [] };
  const leaves = labels.map(({ leaf }) => leaf);
  if (leaves.every((leaf) => measure.width(leaf) <= cellWidth - PADDING)) {
    const parents = bands(labels);
    const height = TITLE_HEIGHT + LABEL_HEIGHT + (parents.length > 0 ? BAND_HEIGHT : 0);
    return { ...base, kind: 'flat', labels: leaves, bands: parents, height };
  }
  if (cellWidth < NARROWEST_SLANTED) return { ...base, kind: 'bare', labels: [], height: TITLE_HEIGHT + 2 };
  const full = labels.map(fullLabel);
  const longest = Math.min(LONGEST_SLANTED, Math.max(...full.map((label) => measure.width(label))));
  return { ...base, kind: 'slanted', labels: full, height: TITLE_HEIGHT + Math.ceil(longest * Math.SQRT1_2) + 12 };
}

/** Room along a slanted label. */
export function slantedRoom({ height }: Header): number {
  return (height - TITLE_HEIGHT - 6) * Math.SQRT2;
}
