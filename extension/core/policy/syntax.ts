import type { TextRange } from './range';

/** How a scalar is written; a fix keeps the quotes of the text it replaces. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

/** A string, number or word; `range` includes its quotes. */
export interface ScalarNode {
  readonly kind: 'scalar';
  /** As written, without quotes and with escapes undone: `0x10` stays `0x10`. */
  readonly text: string;
  readonly style: ScalarStyle;
  readonly range: TextRange;
}

/** Nothing, where a value could stand: after `dtype:` at the end of a line. */
export interface EmptyNode {
  readonly kind: 'empty';
  readonly range: TextRange;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly SyntaxNode[];
  readonly range: TextRange;
}

export interface MapEntry {
  readonly key: ScalarNode;
  /** Undefined when not even the colon was typed. */
  readonly value: SyntaxNode | undefined;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  /** Written in braces. */
  readonly flow: boolean;
  /** Of its first character in its line, from 0. */
  readonly column: number;
  readonly range: TextRange;
}

/** A policy's text as a tree, after aliases were followed; what no reader could need is left out. */
export type SyntaxNode = ScalarNode | EmptyNode | ListNode | MapNode;

/** `text` written so that YAML reads it back as that string, in the quotes of the scalar it replaces. */
export function spell(text: string, style: ScalarStyle): string {
  if (style === 'single') return `'${text.replaceAll("'", "''")}'`;
  if (style === 'double' || !isPlainSafe(text)) return JSON.stringify(text);
  return text;
}

/** Whether YAML reads `text` without quotes as that very string, in block and in flow. */
function isPlainSafe(text: string): boolean {
  return /^[A-Za-z0-9_/][A-Za-z0-9_./*+-]*( [A-Za-z0-9_./*+-]+)*$/.test(text);
}
