import { Lexer, Parser, type CST } from 'yaml';

/** A piece of a policy's text that formatting moves and never changes; between two pieces there is only space. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly kind: 'content' | 'comment';
  /** Column it begins at when it is the first of its line. */
  readonly column: number;
  /** Spaces before it when it follows another piece on the line; undefined keeps what is there. */
  readonly space: number | undefined;
  /** How the further lines of a scalar are indented; their text stays what YAML reads. */
  readonly lines: 'none' | 'folded' | 'block';
}

/** Numbers in a block scalar's header tie its text to its parent's column: such a text is left alone. */
const INDENTED_HEADER = /[1-9]/;

/**
 * The pieces of a policy in the order of its text, `step` columns for each level. Undefined for a text that can't
 * be laid out: one with errors, directives or several documents.
 */
export function piecesOf(text: string, step: number): readonly Piece[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) tokens.push(...parser.next(lexeme));
  tokens.push(...parser.end());
  if (tokens.some(({ type }) => type === 'error' || type === 'directive' || type === 'doc-end')) return undefined;
  const pieces = createPieces(step);
  for (const token of tokens) pieces.add(token);
  return pieces.whole ? pieces.pieces : undefined;
}

function createPieces(step: number) {
  const pieces: Piece[] = [];
  let whole = true;

  const push = (
    { offset, source }: { readonly offset: number; readonly source: string },
    column: number,
    space: number | undefined,
    more: Partial<Piece> = {},
  ): void => {
    if (source === '') return;
    pieces.push({ start: offset, end: offset + source.length, kind: 'content', column, space, lines: 'none', ...more });
  };

  /** Indicators, comments, anchors and tags around a value; whether there was one before which a space belongs. */
  const marks = (tokens: readonly CST.Token[], column: number, space: number): boolean => {
    let spaced = false;
    for (const token of tokens) {
      switch (token.type) {
        case 'space':
        case 'newline':
        case 'byte-order-mark':
          break;
        case 'comment':
          push(token, column, undefined, { kind: 'comment' });
          break;
        case 'map-value-ind':
          // After an alias or anchor a colon without space would be part of its name.
          push(token, column, /[*&]/.test(lastSign(tokens, token)) ? undefined : 0);
          spaced = true;
          break;
        case 'comma':
          push(token, column, 0);
          spaced = true;
          break;
        case 'error':
          whole = false;
          break;
        default:
          if ('source' in token) push(token, column, spaced ? 1 : space);
          if (token.type === 'block-scalar-header' && INDENTED_HEADER.test(token.source)) whole = false;
          spaced = true;
      }
    }
    return spaced;
  };

  const value = (token: CST.Token | null | undefined, column: number, space: number): void => {
    if (!token) return;
    switch (token.type) {
      case 'alias':
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
        push(token, column, space, { lines: 'folded' });
        marks(token.end ?? [], column, 1);
        break;
      case 'block-scalar':
        marks(token.props, column, space);
        push({ offset: endOf(token.props), source: token.source }, column, undefined, { lines: 'block' });
        break;
      case 'block-map':
        for (const { start, key, sep, value: item } of token.items) {
          marks(start, column, 1);
          value(key, column, 1);
          marks(sep ?? [], column + step, 1);
          value(item, column + step, 1);
        }
        break;
      case 'block-seq':
        for (const { start, value: item } of token.items) {
          marks(start, column, 1);
          value(item, column + 2, 1);
        }
        break;
      case 'flow-collection':
        flow(token, column, space);
        break;
      default:
        marks([token], column, space);
    }
  };

  const flow = ({ start: open, items, end }: CST.FlowCollection, column: number, space: number): void => {
    const padding = open.type === 'flow-map-start' ? 1 : 0;
    push(open, column, space);
    items.forEach(({ start, key, sep, value: item }, at) => {
      const first = marks(start, column + step, at === 0 ? padding : 1) || at > 0 ? 1 : padding;
      value(key, column + step, first);
      const spaced = marks(sep ?? [], column + step, 1);
      value(item, column + step, spaced || key ? 1 : first);
    });
    const isEmpty = items.every(({ key, value: item, sep }) => !key && !item && !sep);
    const [close, ...after] = end;
    if (close) push(close, column, isEmpty ? 0 : padding);
    else whole = false;
    marks(after, column, 1);
  };

  const add = (token: CST.Token): void => {
    if (token.type !== 'document') return void marks([token], 0, 0);
    marks(token.start, 0, 1);
    value(token.value, 0, 1);
    marks(token.end ?? [], 0, 1);
  };

  return {
    add,
    pieces,
    get whole() {
      return whole;
    },
  };
}

/** A block scalar's own offset is that of its header: its text begins behind it. */
function endOf(props: readonly CST.Token[]): number {
  const last = props.at(-1);
  return last && 'source' in last ? last.offset + last.source.length : 0;
}

/** First character of the mark or key before a token. */
function lastSign(tokens: readonly CST.Token[], token: CST.Token): string {
  const before = tokens.slice(0, tokens.indexOf(token)).findLast(({ type }) => type !== 'space');
  return before && 'source' in before ? (before.source[0] ?? '') : '';
}
