import type { Finding, Fix } from './finding';
import type { TextRange } from './range';

export type TextEdit = Fix['edits'][number];

/**
 * Edits of all preferred fixes that can be made together. A fix is made whole or not at all: one that touches text an
 * earlier one changes waits for the next time.
 */
export function preferredEdits(findings: readonly Finding[]): readonly TextEdit[] {
  const taken: TextEdit[] = [];
  for (const { edits } of findings.flatMap(({ fixes }) => fixes.filter(({ preferred }) => preferred))) {
    const clashes = edits.some(({ range }) => taken.some((other) => overlap(range, other.range)));
    if (!clashes) taken.push(...edits);
  }
  return taken;
}

function overlap(a: TextRange, b: TextRange): boolean {
  return a.start === b.start || (a.start < b.end && b.start < a.end);
}

/** The text with edits that do not overlap made in it. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = text;
  for (const { range, text: written } of [...edits].sort((a, b) => b.range.start - a.range.start)) {
    result = result.slice(0, range.start) + written + result.slice(range.end);
  }
  return result;
}
