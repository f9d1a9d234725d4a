import type { TextRange } from './range';
import type { MapNode, ScalarNode, SyntaxNode } from './syntax';
import { readSyntax, type SyntaxCache } from './syntax-tree';

/** Keys and list positions from the root: `['rules', 2, 'dtype']`. */
export type SyntaxPath = readonly (string | number)[];

/** What stands, or could be typed, at an offset of a policy's text. */
export type Place =
  /** A key, whole or half, of the mapping at `path`. */
  | {
      readonly kind: 'key';
      readonly path: SyntaxPath;
      /** The key as far as it is there; empty on a blank line. */
      readonly text: string;
      readonly range: TextRange;
      /** Whether a colon follows already. */
      readonly colon: boolean;
      /** The other keys of that mapping. */
      readonly siblings: readonly string[];
    }
  /** The value at `path`, which ends with the key it belongs to, or with a position in a list below that key. */
  | {
      readonly kind: 'value';
      readonly path: SyntaxPath;
      /** Without quotes. */
      readonly text: string;
      /** The part of `text` before the offset. */
      readonly before: string;
      /** Of the text inside the quotes, if any. */
      readonly range: TextRange;
      readonly quote: '"' | "'" | undefined;
    }
  /** Where a new item of the list at `path` could begin with a dash. */
  | { readonly kind: 'item'; readonly path: SyntaxPath; readonly range: TextRange }
  /** A comment, or a place where nothing of the language can stand. */
  | { readonly kind: 'elsewhere' };

/** Put where the cursor is, to find that place again in the tree: a private-use letter that no policy holds. */
const MARK = '\ue000';

/** Keys that hold a single value or a list of them, but no mapping of keys. */
const VALUE_KEYS: ReadonlySet<string> = new Set(['match', 'except', 'layers', 'dtype', 'group', 'scale', 'checkpoint']);

const ELSEWHERE: Place = { kind: 'elsewhere' };

/**
 * Finds out where in a policy an offset is, half-typed text and blank lines included: the text is read again
 * with a mark at the offset. Never throws.
 */
export function locate(text: string, offset: number, cache?: SyntaxCache): Place {
  const line = lineAround(text, offset);
  // A word alone on its line is a key to be; YAML sees one only with its colon.
  const alone = /^\s*(?:-\s+)*[\w-]*$/.test(line.before) && /^[\w-]*\s*$/.test(line.after);
  const word = /^[\w-]*/.exec(line.after)![0].length;
  const mark = alone ? [MARK, text.slice(offset, offset + word), ':'].join('') : MARK;
  const found = find(text, offset, mark, alone ? offset + word : offset, cache);
  const blank = alone && line.before.trim() === '' && word === 0;
  const misplaced = blank && found?.keyOf?.flow === false && found.keyOf.column !== line.before.length;
  if (found && !misplaced) return placeOf(text, offset, found, alone);
  const item = blank ? find(text, offset, `- ${MARK}:`, offset, cache) : undefined;
  return item ? { kind: 'item', path: item.path.slice(0, -1), range: { start: offset, end: offset } } : ELSEWHERE;
}

function lineAround(text: string, offset: number): { readonly before: string; readonly after: string } {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  return { before: text.slice(start, offset), after: text.slice(offset, newline < 0 ? text.length : newline) };
}

/** The scalar with the mark, and the path of what holds it. */
interface Found {
  /** Of the mapping for a key, of the value itself otherwise. */
  readonly path: SyntaxPath;
  readonly scalar: ScalarNode;
  /** The mapping, when the scalar is a key of it. */
  readonly keyOf: MapNode | undefined;
  readonly colon: boolean;
}

function find(
  text: string,
  offset: number,
  mark: string,
  resume: number,
  cache: SyntaxCache | undefined,
): Found | undefined {
  const marked = text.slice(0, offset) + mark + text.slice(resume);
  const { root } = readSyntax(marked, cache);
  return root && search(root, []);
}

function search(node: SyntaxNode, path: SyntaxPath): Found | undefined {
  switch (node.kind) {
    case 'scalar':
      return node.text.includes(MARK) ? { path, scalar: node, keyOf: undefined, colon: false } : undefined;
    case 'empty':
      return undefined;
    case 'list':
      return first(node.items, (item, at) => search(item, [...path, at]));
    case 'map':
      return first(node.entries, ({ key, value }) =>
        key.text.includes(MARK)
          ? { path, scalar: key, keyOf: node, colon: value !== undefined }
          : value && search(value, [...path, key.text]),
      );
  }
}

function first<T, R>(items: readonly T[], look: (item: T, at: number) => R | undefined): R | undefined {
  for (const [at, item] of items.entries()) {
    const found = look(item, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function placeOf(text: string, offset: number, { path, scalar, keyOf, colon }: Found, alone: boolean): Place {
  const written = scalar.text.replace(MARK, '');
  const before = scalar.text.slice(0, scalar.text.indexOf(MARK));
  const range = { start: offset - before.length, end: offset - before.length + written.length };
  const key = path.findLast((step) => typeof step === 'string');
  if (keyOf === undefined) {
    // A dash alone in `rules` begins a rule, whose first key is still to come.
    if (isRule(path)) return { kind: 'key', path, text: written, range, colon: false, siblings: [] };
    const quote = scalar.style === 'double' ? '"' : scalar.style === 'single' ? "'" : undefined;
    return { kind: 'value', path, text: written, before, range: quoteless(text, scalar, range), quote };
  }
  if (path.length === 1 && key === 'rules') return { kind: 'item', path, range };
  if (key !== undefined && VALUE_KEYS.has(key))
    return { kind: 'value', path, text: written, before, range, quote: undefined };
  const siblings = keyOf.entries.map((entry) => entry.key.text).filter((name) => !name.includes(MARK));
  return { kind: 'key', path, text: written, range, colon: colon && !alone, siblings };
}

function isRule(path: SyntaxPath): boolean {
  return path.length === 2 && path[0] === 'rules' && typeof path[1] === 'number';
}

/** Escapes make the text inside quotes longer than what it says: then its range is measured, not counted. */
function quoteless(text: string, { style, range }: ScalarNode, counted: TextRange): TextRange {
  if (style !== 'single' && style !== 'double') return counted;
  const start = range.start + 1;
  const end = range.end - MARK.length;
  const closed = end > start && text[end - 1] === text[range.start];
  return { start, end: closed ? end - 1 : end };
}

/** Index of the rule that a path leads into. */
export function ruleAt(path: SyntaxPath): number | undefined {
  return path[0] === 'rules' && typeof path[1] === 'number' ? path[1] : undefined;
}
