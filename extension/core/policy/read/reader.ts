import type { FormatTable } from '../../formats/format-table';
import { finding, replacement, type Finding, type FindingCode, type Fix } from '../finding';
import type { PatternError } from '../glob-syntax';
import { anyOf, nearest } from '../nearest';
import type { Pattern } from '../policy';
import type { TextRange } from '../range';
import { spell, type ScalarNode, type SyntaxNode } from '../syntax';

/** What every reader of a key gets: the formats a dtype may name, and where findings go. */
export interface Reader {
  readonly formats: FormatTable;
  /** Names under `formats`, in lower case, whose definition is a finding already. */
  readonly unusable?: ReadonlySet<string>;
  readonly report: (found: Finding) => void;
  /** Why a pattern does not compile; undefined for one that does. */
  readonly checkPattern: (pattern: Pick<Pattern, 'kind' | 'source'>) => PatternError | undefined;
}

export function reportError(
  reader: Reader,
  code: FindingCode,
  range: TextRange,
  message: string,
  fixes: readonly Fix[] = [],
): void {
  reader.report(finding(code, 'error', range, message, { fixes }));
}

/** The scalar a key holds; anything else is a `bad-value` that says what `expected` is. */
export function scalarOf(
  key: string,
  node: SyntaxNode | undefined,
  expected: string,
  reader: Reader,
): ScalarNode | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') return node;
  const found = node.kind === 'empty' ? 'has no value' : node.kind === 'list' ? 'is a list' : 'is a mapping';
  reportError(reader, 'bad-value', node.range, `${key} ${found}; expected ${expected}`);
  return undefined;
}

/** One of a few words; for another one the nearest is proposed. */
export function wordOf<T extends string>(
  key: string,
  node: SyntaxNode | undefined,
  words: readonly T[],
  reader: Reader,
): { readonly value: T; readonly range: TextRange } | undefined {
  const scalar = scalarOf(key, node, anyOf(words), reader);
  if (!scalar) return undefined;
  const value = words.find((word) => word === scalar.text);
  if (value !== undefined) return { value, range: scalar.range };
  reportError(
    reader,
    'bad-value',
    scalar.range,
    `${key} can't be ${quoted(scalar.text)}; expected ${anyOf(words)}`,
    respellings(scalar, nearest(scalar.text, words, 1)),
  );
  return undefined;
}

/** A whole number from `least` to `most`, written in decimal. */
export function integerOf(
  key: string,
  node: SyntaxNode | undefined,
  least: number,
  most: number,
  reader: Reader,
): number | undefined {
  const expected = `a whole number from ${least} to ${most}`;
  const scalar = scalarOf(key, node, expected, reader);
  if (!scalar) return undefined;
  const value = /^\d{1,16}$/.test(scalar.text) ? Number(scalar.text) : NaN;
  if (value >= least && value <= most) return value;
  reportError(reader, 'bad-value', scalar.range, `${key} can't be ${quoted(scalar.text)}; expected ${expected}`);
  return undefined;
}

/** A number from `least` to `most`, written in decimal. */
export function numberOf(
  key: string,
  node: SyntaxNode | undefined,
  least: number,
  most: number,
  reader: Reader,
): number | undefined {
  const expected = `a number from ${least} to ${most}`;
  const scalar = scalarOf(key, node, expected, reader);
  if (!scalar) return undefined;
  const value = /^\d{1,16}(\.\d{1,16})?$/.test(scalar.text) ? Number(scalar.text) : NaN;
  if (value >= least && value <= most) return value;
  reportError(reader, 'bad-value', scalar.range, `${key} can't be ${quoted(scalar.text)}; expected ${expected}`);
  return undefined;
}

/** Fixes that write `scalar` as each of `words`, the first preferred. */
export function respellings(scalar: ScalarNode, words: readonly string[]): readonly Fix[] {
  return words.map((word, at) => replacement(`Change to ${word}`, scalar.range, spell(word, scalar.style), at === 0));
}

/** A value as a message shows it: cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
