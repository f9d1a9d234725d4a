import { isArrayOf, isFinite, isNatural, isNullOr, isOneOf, isShape, isString } from './check';

/** What the colour of a cell says. */
export const COLOUR_MODES = ['dtype', 'bytes', 'error'] as const;
export type ColourMode = (typeof COLOUR_MODES)[number];

/** What survives the dashboard being hidden, and the window being closed. */
export interface SavedState {
  readonly version: 1;
  /** `ReadyState.key` of the policy shown, empty when there was none. */
  readonly key: string;
  readonly colour: ColourMode;
  /** Times the size that fits; null follows the window. */
  readonly zoom: number | null;
  /** Left and top of the heatmap. */
  readonly scroll: readonly number[];
  /** Block, row and column of the cell the keyboard is at, or empty. */
  readonly cell: readonly number[];
}

export const FRESH: SavedState = { version: 1, key: '', colour: 'dtype', zoom: null, scroll: [0, 0], cell: [] };

const isSaved = isShape<SavedState>({
  version: isOneOf(1),
  key: isString,
  colour: isOneOf(...COLOUR_MODES),
  zoom: isNullOr(isFinite),
  scroll: isArrayOf(isFinite),
  cell: isArrayOf(isNatural),
});

/** What was saved; a fresh state for anything that is not understood. Also for the host's serializer. */
export function parseSavedState(value: unknown): SavedState {
  return isSaved(value) ? value : FRESH;
}
