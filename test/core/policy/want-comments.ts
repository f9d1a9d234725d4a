import type { Finding } from '../../../extension/core/policy/finding';

/** A finding that a fixture's author expects, read from its comment `# want CODE "part of message" fix "title"`. */
export interface Want {
  /** From 1. */
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly fix: string | undefined;
}

const WANT = /# want ([a-z-]+) "((?:[^"\\]|\\.)*)"(?: fix "((?:[^"\\]|\\.)*)")?/g;

/** A comment at the end of a line is about that line; one on a line of its own about the next line of another kind. */
export function wantsOf(text: string): readonly Want[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    let about = at;
    while (/^\s*# want /.test(lines[about] ?? '')) about++;
    // In a file of comments only there is no other line.
    if (lines.slice(about).every((rest) => rest === '')) about = at;
    return [...line.matchAll(WANT)].map(([, code, message, fix]) => ({
      line: about + 1,
      code: code!,
      message: unescaped(message!),
      fix: fix === undefined ? undefined : unescaped(fix),
    }));
  });
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/** What was wanted and not found, and what was found and not wanted, a line each: empty when all is well. */
export function differences(text: string, findings: readonly Finding[]): readonly string[] {
  const left = [...findings];
  const missing = wantsOf(text).filter((want) => {
    const at = left.findIndex((found) => isWanted(found, want, text));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [
    ...missing.map((want) => `line ${want.line}: missing ${want.code} "${want.message}" fix ${want.fix ?? '-'}`),
    ...left.map((found) => `line ${lineOf(text, found)}: unexpected ${describe(found)}`),
  ];
}

function isWanted(found: Finding, { line, code, message, fix }: Want, text: string): boolean {
  const same = found.code === code && lineOf(text, found) === line && found.message.includes(message);
  return same && (fix === undefined || found.fixes.some(({ title }) => title === fix));
}

function describe({ code, severity, message, fixes }: Finding): string {
  return `${code} (${severity}) ${JSON.stringify(message)} fixes ${JSON.stringify(fixes.map(({ title }) => title))}`;
}

function lineOf(text: string, { range }: Finding): number {
  return text.slice(0, range.start).split('\n').length;
}
