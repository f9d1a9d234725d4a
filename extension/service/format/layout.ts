import type { TextRange } from '../../core/policy/range';
import { piecesOf, type Piece } from './pieces';

/** Space to put in place of other space. */
export interface SpaceEdit {
  readonly range: TextRange;
  readonly text: string;
}

/** Blank lines in a row that are kept. */
const MOST_BLANK = 1;

/**
 * The edits that lay a policy out: two columns a level (or `step`), one space where one belongs, one blank line at
 * most, nothing at the ends of lines. Only space between words changes; line breaks and comments stay. Undefined
 * for a text that can't be laid out.
 */
export function layOut(text: string, step: number): readonly SpaceEdit[] | undefined {
  const pieces = piecesOf(text, step);
  if (!pieces) return undefined;
  const begin = text.startsWith('\ufeff') ? 1 : 0;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const columns = commentColumns(text, pieces);
  const edits: SpaceEdit[] = [];
  const put = (start: number, end: number, wanted: string): void => {
    if (text.slice(start, end) !== wanted) edits.push({ range: { start, end }, text: wanted });
  };
  let before: Piece | undefined;
  for (const [at, piece] of pieces.entries()) {
    const from = before?.end ?? begin;
    const gap = text.slice(from, piece.start);
    if (gap.trim() !== '') return undefined;
    put(from, piece.start, wantedGap(gap, piece, columns[at]!, before, text, newline));
    for (const edit of hangingLines(text, piece, columns[at]!)) put(edit.range.start, edit.range.end, edit.text);
    before = piece;
  }
  if (!before) return [];
  const rest = text.slice(before.end);
  if (rest.trim() !== '') return undefined;
  if (before.lines !== 'block') put(before.end, text.length, newline);
  return edits;
}

function wantedGap(
  gap: string,
  { kind, space, lines }: Piece,
  column: number,
  before: Piece | undefined,
  text: string,
  newline: string,
): string {
  const breaks = gap.split('\n').length - 1;
  if (!before) return ' '.repeat(column);
  // The text of a block scalar holds the space at the beginning of its own first line.
  if (lines === 'block') return newline;
  // A block scalar ends with its line break.
  const fresh = text[before.end - 1] === '\n';
  if (breaks > 0 || fresh) {
    const most = MOST_BLANK + (fresh ? 0 : 1);
    return newline.repeat(Math.min(breaks, most)) + ' '.repeat(column);
  }
  if (space !== undefined && kind === 'content') return ' '.repeat(space);
  return gap.includes('\t') ? ' ' : gap;
}

/**
 * Columns of the pieces. A comment on a line of its own goes where the line below it goes that it was aligned
 * with, else where the line above goes that it was aligned with, else with the line below.
 */
function commentColumns(text: string, pieces: readonly Piece[]): readonly number[] {
  const columnIn = ({ start }: Piece): number => start - (text.lastIndexOf('\n', start - 1) + 1);
  const begins = (piece: Piece): boolean => {
    const { start } = piece;
    return text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';
  };
  const lines = pieces.flatMap((piece, at) => (piece.kind === 'content' && begins(piece) ? [{ piece, at }] : []));
  let line = 0;
  return pieces.map((piece, at) => {
    if (piece.kind === 'content') return piece.column;
    while (line < lines.length && lines[line]!.at < at) line++;
    const column = columnIn(piece);
    const below = lines[line]?.piece;
    if (below && columnIn(below) === column) return below.column;
    for (let above = line - 1; above >= 0; above--) {
      const other = lines[above]!.piece;
      if (columnIn(other) === column) return other.column;
      if (columnIn(other) < column) break;
    }
    return below?.column ?? 0;
  });
}

/** Space at the beginning of the further lines of a scalar. */
function hangingLines(text: string, { start, end, lines }: Piece, column: number): readonly SpaceEdit[] {
  if (lines === 'none') return [];
  const edits: SpaceEdit[] = [];
  const source = text.slice(start, end);
  const first = lines === 'block' ? /^(?:[ \t]*\r?\n)*( *)/.exec(source)![1]!.length : 0;
  let at = lines === 'block' ? 0 : source.indexOf('\n') + 1;
  if (lines === 'folded' && at === 0) return [];
  while (at < source.length) {
    const next = source.indexOf('\n', at);
    const line = source.slice(at, next < 0 ? source.length : next);
    const spaces = lines === 'block' ? first : /^[ \t]*/.exec(line)![0].length;
    const isBlank = line.trim() === '' && (lines === 'folded' || line.trimEnd().length <= first);
    if (!isBlank) edits.push({ range: { start: start + at, end: start + at + spaces }, text: ' '.repeat(column) });
    if (next < 0) break;
    at = next + 1;
  }
  return edits;
}
