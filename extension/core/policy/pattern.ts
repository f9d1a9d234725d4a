import { RE2JS } from 're2js';
import type { Automaton } from './automaton';
import { compileGlob } from './glob';
import type { PatternError } from './glob-syntax';
import type { Pattern } from './policy';

/** A pattern ready to be asked; `matches` takes whole names. */
export interface CompiledPattern {
  readonly kind: 'pattern';
  readonly matches: (name: string) => boolean;
  /** Reads names in pieces; undefined for a regular expression, whose engine takes whole ones only. */
  readonly automaton: Automaton | undefined;
  /** For each digit the first one that the pattern can't tell from it: `0000000000` when digits are all alike to it. */
  readonly digits: string;
}

const DISTINCT_DIGITS = '0123456789';

const REGEX_LIMITS = { characters: 1000, instructions: 10_000 } as const;

/** Compiles a glob, or a regular expression of RE2 syntax, whose matching time is linear in the name. */
export function compilePattern({ kind, source }: Pick<Pattern, 'kind' | 'source'>): CompiledPattern | PatternError {
  if (kind === 'regex') return compileRegex(source);
  const glob = compileGlob(source);
  if (glob.kind === 'error') return glob;
  return {
    kind: 'pattern',
    matches: glob.matches,
    get automaton() {
      return glob.automaton;
    },
    digits: DISTINCT_DIGITS,
  };
}

/** Why a pattern does not compile; undefined for one that does. */
export function checkPattern(pattern: Pick<Pattern, 'kind' | 'source'>): PatternError | undefined {
  const compiled = compilePattern(pattern);
  return compiled.kind === 'error' ? compiled : undefined;
}

function compileRegex(source: string): CompiledPattern | PatternError {
  const whole = { start: 0, end: source.length };
  if (source.length > REGEX_LIMITS.characters) {
    return { kind: 'error', message: `a pattern has ${REGEX_LIMITS.characters} characters at most`, ...whole };
  }
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(source);
  } catch (error) {
    return regexError(source, error);
  }
  if (regex.programSize() > REGEX_LIMITS.instructions) {
    return { kind: 'error', message: 'the repetitions of this regular expression multiply to too much', ...whole };
  }
  const matches = (name: string): boolean => regex.testExact(name);
  return { kind: 'pattern', matches, automaton: undefined, digits: digitsToldApart(source) };
}

/**
 * A digit can be told from the one below it only where one of the two is written: as a literal or as the end of
 * a range. Everything else that matches a digit (`.`, `\d`, `[^x]`, `[[:alnum:]]`, `[!-~]`) matches all ten. Codes
 * like `\x39` and `\071` name digits without writing them, so after one of these all are told apart. Counts such
 * as `{2}` are taken for digits too, which costs time and no answer.
 */
function digitsToldApart(source: string): string {
  if (/\\[x0-9]/.test(source)) return DISTINCT_DIGITS;
  let first = '0';
  return Array.from(DISTINCT_DIGITS, (digit, at) => {
    const below = DISTINCT_DIGITS[at - 1];
    if (below !== undefined && (source.includes(digit) || source.includes(below))) first = digit;
    return first;
  }).join('');
}

/** What re2js says, at the part of the source it says it of. */
function regexError(source: string, error: unknown): PatternError {
  const { error: reason, input } = error as { readonly error?: unknown; readonly input?: unknown };
  const part = typeof input === 'string' && input !== '' ? input : source;
  const start = Math.max(0, source.indexOf(part));
  const around = /\(\?(<?[=!])/.test(source)
    ? '; look-around is not supported: name what to leave out under except'
    : '';
  const message = `not a regular expression: ${typeof reason === 'string' ? reason : 'it can not be read'}${around}`;
  return { kind: 'error', message, start, end: Math.min(source.length, start + part.length) };
}
