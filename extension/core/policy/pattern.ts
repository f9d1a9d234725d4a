import { RE2JS } from 're2js';
import { compileGlob } from './glob';
import type { PatternError } from './glob-syntax';
import type { Pattern } from './policy';

/** A pattern ready to be asked; `matches` takes whole names. */
export interface CompiledPattern {
  readonly kind: 'pattern';
  matches(name: string): boolean;
}

const REGEX_LIMITS = { characters: 1000, instructions: 10_000 } as const;

/** Compiles a glob, or a regular expression of RE2 syntax, whose matching time is linear in the name. */
export function compilePattern({ kind, source }: Pick<Pattern, 'kind' | 'source'>): CompiledPattern | PatternError {
  if (kind === 'regex') return compileRegex(source);
  const glob = compileGlob(source);
  return glob.kind === 'error' ? glob : { kind: 'pattern', matches: (name) => glob.matches(name) };
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
  return { kind: 'pattern', matches: (name) => regex.testExact(name) };
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
