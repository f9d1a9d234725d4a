import type { YAMLError } from 'yaml';
import { finding, replacement, type Finding } from './finding';
import type { TextRange } from './range';
import type { ScalarStyle } from './syntax';

/** A scalar that YAML could not read, as it was meant. */
export interface MendedScalar {
  readonly text: string;
  readonly style: ScalarStyle;
  readonly end: number;
}

/** A text that YAML can read although a person was in the middle of typing it. */
export interface MendedText {
  /** Same length as the text it was made from, so that every offset still holds. */
  readonly text: string;
  /** What scalars really say that stand as placeholders in `text`, by the offset of their first character. */
  readonly scalars: ReadonlyMap<number, MendedScalar>;
  /** One for each place that was mended, in the author's words instead of YAML's. */
  readonly findings: readonly Finding[];
}

interface Line extends TextRange {
  readonly text: string;
}

/** Longer lines are data, not typing. */
const LONGEST_LINE = 2000;

/** Errors looked at; the rest are echoes. */
const MOST_ERRORS = 200;

/** Slips mended in one text; a file with more is not being typed but broken. */
const MOST_MENDS = 200;

/**
 * Mends the slips that make YAML lose the rest of a file: a quote that was not closed, a pattern that begins
 * with `*`, `[` or `{` and has no quotes, a key without its colon, tabs as indentation. Looks only where YAML found errors, and
 * returns undefined when it sees nothing to mend there.
 */
export function mend(text: string, all: readonly YAMLError[]): MendedText | undefined {
  const errors = all.slice(0, MOST_ERRORS);
  const edits: { readonly range: TextRange; readonly text: string }[] = [];
  const scalars = new Map<number, MendedScalar>();
  const findings: Finding[] = [];
  const scalar = (range: TextRange, value: string, style: ScalarStyle): void => {
    scalars.set(range.start, { text: value, style, end: range.end });
    edits.push({ range, text: 'x'.repeat(range.end - range.start) });
  };
  for (const line of linesOf(text)) {
    if (edits.length >= MOST_MENDS) break;
    if (line.text.length > LONGEST_LINE) continue;
    const quote = openQuote(line);
    const bare = quote ? undefined : bareGlob(line);
    if (quote) {
      scalar(quote, text.slice(quote.start + 1, quote.end), text[quote.start] === '"' ? 'double' : 'single');
      findings.push(
        finding('syntax', 'error', quote, `the quote ${text[quote.start]!} is not closed on this line`, {
          fixes: [replacement('Close the quote', { start: quote.end, end: quote.end }, text[quote.start]!, true)],
        }),
      );
    } else if (bare && errors.some(({ pos }) => pos[0] >= bare.start && pos[0] <= bare.end)) {
      scalar(bare, text.slice(bare.start, bare.end), 'plain');
      findings.push(unquoted(text, bare));
    }
  }
  if (errors.some(({ code }) => code === 'TAB_AS_INDENT')) {
    const tabs = [...text.matchAll(/(?<=^ *)\t+/gm)].slice(0, MOST_MENDS).map((match) => spanOf(match));
    for (const range of tabs) edits.push({ range, text: ' '.repeat(range.end - range.start) });
    findings.push(...tabIndents(tabs));
  }
  for (const { code, pos } of errors) {
    if (code !== 'MULTILINE_IMPLICIT_KEY') continue;
    const word = /^\S+(?=[ \t]*\r?\n)/.exec(text.slice(pos[0], pos[1]))?.[0];
    if (word === undefined || edits.length >= MOST_MENDS) continue;
    const range = { start: pos[0], end: pos[0] + word.length };
    edits.push({ range, text: ' '.repeat(word.length) });
    findings.push(noColon(range, word));
  }
  return edits.length === 0 ? undefined : { text: applied(text, edits), scalars, findings };
}

/** The finding for a value that YAML takes for an alias, a list or a mapping. */
export function unquoted(text: string, range: TextRange): Finding {
  const written = text.slice(range.start, range.end);
  const message = `a value that begins with ${written[0]!} needs quotes: YAML gives ${written[0]!} a meaning of its own`;
  return finding('syntax', 'error', range, message, {
    fixes: [replacement('Put it in quotes', range, JSON.stringify(written), true)],
  });
}

/** The finding for a key whose colon is still to be typed. */
export function noColon(range: TextRange, word: string): Finding {
  return finding('syntax', 'error', range, `${word} is a key without a value: write "${word}: ..."`);
}

function tabIndents(tabs: readonly TextRange[]): readonly Finding[] {
  const [first] = tabs;
  if (!first) return [];
  const edits = tabs.map((range) => ({ range, text: '  '.repeat(range.end - range.start) }));
  return [
    finding('syntax', 'error', first, 'YAML is indented with spaces, not with tabs', {
      fixes: [{ title: 'Indent with spaces', edits, preferred: true }],
    }),
  ];
}

function spanOf(match: RegExpExecArray): TextRange {
  return { start: match.index, end: match.index + match[0].length };
}

function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lines.push({ start, end, text: text.slice(start, end).replace(/\r$/, '') });
    start = end + 1;
  }
  return lines;
}

/** From a quote that opens on the line to the line's end, when it does not close there. */
function openQuote({ start, text }: Line): TextRange | undefined {
  let open: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (open !== undefined) {
      if (char === '\\' && text[open] === '"') at++;
      else if (char === text[open]) open = undefined;
    } else if ((char === '"' || char === "'") && (at === 0 || /[\s[{,]/.test(text[at - 1]!))) open = at;
    else if (char === '#' && (at === 0 || /\s/.test(text[at - 1]!))) break;
  }
  return open === undefined ? undefined : { start: start + open, end: start + text.trimEnd().length };
}

/** The value of a line when it is a pattern whose first character has a meaning in YAML. */
function bareGlob({ start, text }: Line): TextRange | undefined {
  const [, lead, value] = /^(\s*(?:-\s+)*(?:[\w-]+:\s+)?(?:-\s+)*)([*{[].*?)\s*(?:\s#.*)?$/.exec(text) ?? [];
  if (lead === undefined || value === undefined) return undefined;
  if (!value.startsWith('*') && !/^(\[[^\]]*\]|\{[^}]*\})[^\s,:\]}]/.test(value)) return undefined;
  return { start: start + lead.length, end: start + lead.length + value.length };
}

function applied(text: string, edits: readonly { readonly range: TextRange; readonly text: string }[]): string {
  let mended = '';
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.range.start - b.range.start)) {
    if (edit.range.start < at) continue;
    mended += text.slice(at, edit.range.start) + edit.text;
    at = edit.range.end;
  }
  return mended + text.slice(at);
}
