import { formatBytes } from '../../extension/core/byte-size';
import { shortDtype } from '../dtype-names';
import { formatShare } from '../figures';
import type { ColourMode } from '../saved-state';
import { MIXED, type Heatmap, type HeatmapBlock } from '../state';
import { textOn } from '../theme/contrast';
import { dtypeColour, mixtureColours, rampColour, type Ramp, type Tone } from '../theme/palette';
import { heatmapScale, shareOf, type Scale } from './scale';

/** How a cell is filled: one colour; stripes for tensors that differ; an outline for what is not known. */
export interface Fill {
  readonly kind: 'plain' | 'striped' | 'hollow';
  readonly colour: string;
  readonly text: string;
}

/** Fill and text of every cell under one colour mode: cells point into a short list of fills. */
export interface CellPaint {
  readonly fills: readonly Fill[];
  /** By block, then cell: index in `fills`. */
  readonly fillOf: readonly Uint16Array[];
  /** What is written in a cell that has room. */
  label(block: number, cell: number): string;
}

export function paintCells(heatmap: Heatmap, mode: ColourMode, tone: Tone): CellPaint {
  return mode === 'dtype' ? byDtype(heatmap, tone) : byAmount(heatmap, mode, tone);
}

function plain(colour: string): Fill {
  return { kind: 'plain', colour, text: textOn(colour) };
}

function byDtype({ blocks, dtypes }: Heatmap, tone: Tone): CellPaint {
  const { solid, ground } = mixtureColours(tone);
  const fills: readonly Fill[] = [
    { kind: 'striped', colour: solid, text: textOn(ground) },
    ...dtypes.map((dtype) => plain(dtypeColour(dtype, tone))),
  ];
  const labels = ['mixed', ...dtypes.map(shortDtype)];
  const fillOf = blocks.map(({ cells }) => Uint16Array.from(cells.dtype, (dtype) => dtype - MIXED));
  return { fills, fillOf, label: (block, cell) => labels[fillOf[block]![cell]!]! };
}

/** Steps of a sequential scale: more than anyone can tell apart. */
const STEPS = 64;
const UNKNOWN = STEPS;
const EXACT = STEPS + 1;

function byAmount(heatmap: Heatmap, ramp: Ramp, tone: Tone): CellPaint {
  const column = ramp === 'bytes' ? 'bytesAfter' : 'error';
  const scale = heatmapScale(heatmap, column);
  const { ground, solid } = mixtureColours(tone);
  const fills: readonly Fill[] = [
    ...Array.from({ length: STEPS }, (_, step) => plain(rampColour(ramp, tone, step / (STEPS - 1)))),
    { kind: 'hollow', colour: ground, text: solid },
    plain(ground),
  ];
  const fillOf = heatmap.blocks.map(({ cells }) =>
    Uint16Array.from(cells[column] as readonly (number | null)[], (value) => step(value, scale)),
  );
  return { fills, fillOf, label: (block, cell) => amountText(heatmap.blocks[block]!, ramp, cell) };
}

function step(value: number | null, scale: Scale | undefined): number {
  if (value === null) return UNKNOWN;
  if (value === 0 || !scale) return EXACT;
  return Math.round(shareOf(scale, value) * (STEPS - 1));
}

function amountText({ cells }: HeatmapBlock, ramp: Ramp, cell: number): string {
  if (ramp === 'bytes') return formatBytes(cells.bytesAfter[cell]!);
  const error = cells.error[cell] ?? null;
  return error === null ? '?' : formatShare(error);
}
