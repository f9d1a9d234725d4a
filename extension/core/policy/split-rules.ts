import type { TextRange } from './range';

/** A policy's text cut at its rules; the parts follow on each other without a gap. */
export interface SplitPolicy {
  /** Everything up to the first rule. */
  readonly head: TextRange;
  /** Offset of `rules:`. */
  readonly rulesKey: number;
  /** Each from its line with the dash; comments between two rules go with the one before. */
  readonly items: readonly TextRange[];
  /** From the first key below the rules. */
  readonly tail: TextRange | undefined;
}

/** What reaches over lines, so that a part alone would not say the same: anchors, documents, directives, tabs. */
const REACHES_OVER = /^(?:---|\.\.\.|%)|^ *\t|(?:^|[\s[{,:-])&|^\ufeff|\r(?!\n)|[\u0085\u2028\u2029]/m;

const RULES_KEY = /^rules:[ ]*(?:#.*)?\r?$/m;

/**
 * Cuts a text in which `rules:` stands at the start of a line with a block list below it. The cuts are safe: a line that is
 * indented no more than the dashes ends whatever a rule left open, be it a quote or a bracket, and YAML reads on
 * from there in the same state. Undefined for a text of any other shape.
 */
export function splitRules(text: string): SplitPolicy | undefined {
  if (REACHES_OVER.test(text)) return undefined;
  const key = RULES_KEY.exec(text);
  if (!key) return undefined;
  const starts: number[] = [];
  let column = -1;
  let tail: TextRange | undefined;
  for (let start = key.index + key[0].length + 1; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline + 1;
    let first = start;
    while (text[first] === ' ') first++;
    const indent = first - start;
    const char = text[first];
    const blank = char === undefined || char === '\n' || char === '\r' || char === '#';
    if (!blank) {
      const dash = char === '-' && isSpace(text[first + 1]);
      if (column < 0) column = dash ? indent : -2;
      if (column < 0) return undefined;
      if (dash && indent === column) starts.push(start);
      else if (indent === 0) {
        tail = { start, end: text.length };
        break;
      } else if (indent <= column) return undefined;
    }
    start = end;
  }
  if (starts.length === 0) return undefined;
  const end = tail?.start ?? text.length;
  return {
    head: { start: 0, end: starts[0]! },
    rulesKey: key.index,
    items: starts.map((start, at) => ({ start, end: starts[at + 1] ?? end })),
    tail,
  };
}

function isSpace(char: string | undefined): boolean {
  return char === undefined || char === ' ' || char === '\n' || char === '\r';
}
