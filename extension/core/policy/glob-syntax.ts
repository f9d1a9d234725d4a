/** One piece of a glob. Names are compared by UTF-16 units, case and all. */
export type GlobPiece =
  | { readonly kind: 'char'; readonly code: number }
  /** `?`: one unit, no dot. */
  | { readonly kind: 'one' }
  /** `*`: any number of units, no dot. */
  | { readonly kind: 'star' }
  /** `**`: any number of units, dots too. */
  | { readonly kind: 'globstar' }
  /** `**.` at the start of a segment: any number of whole segments, none too. */
  | { readonly kind: 'segments' }
  | { readonly kind: 'class'; readonly test: (code: number) => boolean }
  | { readonly kind: 'either'; readonly branches: readonly GlobSequence[] };

export type GlobSequence = readonly GlobPiece[];

/** Where a pattern is wrong, in offsets of its source. */
export interface PatternError {
  readonly kind: 'error';
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export const GLOB_LIMITS = {
  characters: 1000,
  /** Braces inside braces. */
  depth: 8,
  /** Numbers in one `{0..3}`. */
  numbers: 1000,
} as const;

/** A sequence read up to `end`: the closing brace or comma of its branch, or the end of the source. */
interface Parsed {
  readonly pieces: GlobSequence;
  readonly end: number;
}

const DOT = '.'.charCodeAt(0);

/** Reads a glob into pieces, or says what is wrong with it. */
export function parseGlob(source: string): GlobSequence | PatternError {
  if (source.length > GLOB_LIMITS.characters) {
    return wrong(`a pattern has ${GLOB_LIMITS.characters} characters at most`, GLOB_LIMITS.characters, source.length);
  }
  const parsed = parseSequence(source, 0, 0);
  return 'kind' in parsed ? parsed : parsed.pieces;
}

function wrong(message: string, start: number, end: number): PatternError {
  return { kind: 'error', message, start, end };
}

function parseSequence(source: string, start: number, depth: number): Parsed | PatternError {
  const pieces: GlobPiece[] = [];
  let at = start;
  while (at < source.length) {
    const char = source[at]!;
    if (depth > 0 && (char === ',' || char === '}')) break;
    if (char === '*') at = pushStars(source, at, pieces);
    else if (char === '[' || char === '{') {
      const piece = char === '[' ? parseClass(source, at) : parseBraces(source, at, depth + 1);
      if ('message' in piece) return piece;
      pieces.push(piece.piece);
      at = piece.end;
    } else if (char === ']' || char === '}') {
      return wrong(`"${char}" closes nothing; write \\${char} for the character itself`, at, at + 1);
    } else if (char === '\\') {
      if (at + 1 === source.length) return wrong('a backslash at the end escapes nothing', at, at + 1);
      pieces.push({ kind: 'char', code: source.charCodeAt(at + 1) });
      at += 2;
    } else {
      pieces.push(char === '?' ? { kind: 'one' } : { kind: 'char', code: char.charCodeAt(0) });
      at += 1;
    }
  }
  return { pieces, end: at };
}

/** Reads a run of stars at `at` and returns where it ends. */
function pushStars(source: string, at: number, pieces: GlobPiece[]): number {
  let end = at;
  while (source[end] === '*') end++;
  if (end - at === 1) {
    pieces.push({ kind: 'star' });
    return end;
  }
  const beginsSegment = at === 0 || (source[at - 1] === '.' && source[at - 2] !== '\\');
  const whole = beginsSegment && source[end] === '.';
  pieces.push({ kind: whole ? 'segments' : 'globstar' });
  return whole ? end + 1 : end;
}

interface ParsedPiece {
  readonly piece: GlobPiece;
  readonly end: number;
}

/** `[0-9]`, `[!a-c]`, `[^x]`, `[]x]`. A negated class matches no dot. */
function parseClass(source: string, start: number): ParsedPiece | PatternError {
  let at = start + 1;
  const negated = source[at] === '!' || source[at] === '^';
  if (negated) at++;
  const ranges: (readonly [number, number])[] = [];
  for (let first = true; at < source.length && (first || source[at] !== ']'); first = false) {
    const from = classChar(source, at);
    at = from.end;
    let to = from;
    if (source[at] === '-' && at + 1 < source.length && source[at + 1] !== ']') {
      to = classChar(source, at + 1);
      if (to.code < from.code) return wrong('this range of characters is upside down', from.start, to.end);
      at = to.end;
    }
    ranges.push([from.code, to.code]);
  }
  if (at >= source.length) return wrong('"[" is not closed; write \\[ for the character itself', start, source.length);
  const listed = (code: number): boolean => ranges.some(([from, to]) => code >= from && code <= to);
  const test = negated ? (code: number): boolean => code !== DOT && !listed(code) : listed;
  return { piece: { kind: 'class', test }, end: at + 1 };
}

function classChar(
  source: string,
  start: number,
): { readonly code: number; readonly start: number; readonly end: number } {
  const at = source[start] === '\\' && start + 1 < source.length ? start + 1 : start;
  return { code: source.charCodeAt(at), start, end: at + 1 };
}

/** `{a,b}` with any pieces in its branches, or `{0..3}`. */
function parseBraces(source: string, start: number, depth: number): ParsedPiece | PatternError {
  if (depth > GLOB_LIMITS.depth)
    return wrong(`braces are nested more than ${GLOB_LIMITS.depth} deep`, start, start + 1);
  const numbers = /^\{(\d{1,9})\.\.(\d{1,9})\}/.exec(source.slice(start, start + 24));
  if (numbers) return numberRange(numbers[1]!, numbers[2]!, start, start + numbers[0].length);
  if (source[start + 1] === '}') return wrong('the braces are empty; write {a,b}', start, start + 2);
  const branches: GlobSequence[] = [];
  for (let at = start + 1; ;) {
    const branch = parseSequence(source, at, depth);
    if ('kind' in branch) return branch;
    branches.push(branch.pieces);
    if (branch.end >= source.length) break;
    if (source[branch.end] === '}') return { piece: { kind: 'either', branches }, end: branch.end + 1 };
    at = branch.end + 1;
  }
  return wrong('"{" is not closed; write \\{ for the character itself', start, source.length);
}

/** Every number between two, either way round; `{00..12}` has two digits each. */
function numberRange(a: string, b: string, start: number, end: number): ParsedPiece | PatternError {
  const least = Math.min(Number(a), Number(b));
  const count = Math.abs(Number(a) - Number(b)) + 1;
  if (count > GLOB_LIMITS.numbers) return wrong(`{${a}..${b}} is more than ${GLOB_LIMITS.numbers} numbers`, start, end);
  const padded = [a, b].some((text) => text.length > 1 && text.startsWith('0'));
  const width = padded ? Math.max(a.length, b.length) : 1;
  const branches = Array.from({ length: count }, (_, at) =>
    Array.from(
      String(least + at).padStart(width, '0'),
      (digit) => ({ kind: 'char', code: digit.charCodeAt(0) }) as const,
    ),
  );
  return { piece: { kind: 'either', branches }, end };
}
