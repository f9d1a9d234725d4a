/** What a part of a glob is. */
export type GlobPartKind = 'segment' | 'wildcard' | 'capture' | 'number';

/** A part of a glob, by offsets in its source. Dots between segments and commas in braces are no parts. */
export interface GlobPart {
  readonly kind: GlobPartKind;
  readonly start: number;
  readonly end: number;
}

/** Literal text, wildcards, and what braces offer, in order. Reads broken globs, too. */
export function globParts(source: string): readonly GlobPart[] {
  const parts: GlobPart[] = [];
  let depth = 0;
  const add = (kind: GlobPartKind, start: number, end: number): void => {
    const last = parts.at(-1);
    if (last?.kind === kind && last.end === start && kind !== 'number') parts[parts.length - 1] = { ...last, end };
    else parts.push({ kind, start, end });
  };
  for (let at = 0; at < source.length;) {
    const [length, kind] = partAt(source, at, depth);
    if (kind === 'open') depth++;
    if (kind === 'close') depth = Math.max(0, depth - 1);
    if (kind !== 'open' && kind !== 'close' && kind !== 'between') add(kind, at, at + length);
    if (kind === 'open' || kind === 'close') parts.push({ kind: 'wildcard', start: at, end: at + length });
    at += length;
  }
  return parts;
}

function partAt(source: string, at: number, depth: number): [number, GlobPartKind | 'open' | 'close' | 'between'] {
  const char = source[at]!;
  const rest = source.slice(at);
  const literal = depth > 0 ? 'capture' : 'segment';
  if (char === '\\') return [Math.min(2, rest.length), literal];
  if (char === '*') return [/^\*+/.exec(rest)![0].length, 'wildcard'];
  if (char === '?') return [1, 'wildcard'];
  if (char === '[') return [/^\[[!^]?\]?[^\]]*\]?/.exec(rest)![0].length, 'wildcard'];
  if (char === '{') return [1, 'open'];
  if (char === '}') return [1, 'close'];
  if (char === '.' && depth > 0) {
    const range = /^\.\./.exec(rest);
    if (range) return [2, 'wildcard'];
  }
  if (char === '.' || (char === ',' && depth > 0)) return [1, 'between'];
  const word = /^[^\\*?[{}.,]+|^,/.exec(rest)![0];
  const inRange =
    depth > 0 && /^\d+$/.test(word) && (source.startsWith('..', at + word.length) || source.slice(at - 2, at) === '..');
  return [word.length, inRange ? 'number' : literal];
}

/** The dotted segment around an offset, cut at dots outside of braces and classes. */
export function segmentAround(source: string, offset: number): { readonly start: number; readonly end: number } {
  let start = 0;
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    if (char === '\\') at++;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '.' && depth <= 0) {
      if (at >= offset) return { start, end: at };
      start = at + 1;
    }
  }
  return { start, end: source.length };
}
