import type { Span } from './blocks/attention';

/** Where the tokens of a window stand in a residual stream: in `rows` rows from `first`, a multiple of 8, on. */
export interface WindowRows {
  readonly first: number;
  readonly rows: number;
}

/** Rows whose attention is computed at a time: their scores stay in the processor's cache. */
const SPAN = 128;

/** The rows `first` to `first + count` of a stream, cut where windows end and into spans. */
export function spansOf(windows: readonly WindowRows[], first: number, count: number): readonly Span[] {
  const spans: Span[] = [];
  for (const [window, { first: begin, rows }] of windows.entries()) {
    const end = Math.min(begin + rows, first + count);
    for (let row = Math.max(begin, first); row < end; row += SPAN) {
      spans.push({ row: row - first, count: Math.min(SPAN, end - row), position: row - begin, window });
    }
  }
  return spans;
}

/** Windows one behind the other, each at the next multiple of 8. */
export function stackWindows(lengths: readonly number[]): readonly WindowRows[] {
  let first = 0;
  return lengths.map((rows) => {
    const window = { first, rows };
    first += Math.ceil(rows / 8) * 8;
    return window;
  });
}
