import { determinize, type Automaton, type NondeterministicState as State } from './automaton';
import { parseGlob, type GlobPiece, type GlobSequence, type PatternError } from './glob-syntax';

/** A compiled glob. */
export interface Glob {
  readonly kind: 'glob';
  /** True when the whole name matches. */
  readonly matches: (name: string) => boolean;
  readonly automaton: Automaton;
}

/** States of one glob; `{0..999}` in three digits needs 2,900. */
const MOST_STATES = 8000;

const DOT = '.'.charCodeAt(0);
const anyUnit = (): boolean => true;
const noDot = (code: number): boolean => code !== DOT;

/**
 * Compiles a glob: `*` inside a dotted segment, `**` across dots, `?`, `[a-z]`, `{a,b}`, `{0..3}`, `\` for the
 * next character itself. Its automaton is made when it is first asked: a policy that is only read needs none.
 */
export function compileGlob(source: string): Glob | PatternError {
  const pieces = parseGlob(source);
  if ('kind' in pieces) return pieces;
  if (countStates(pieces) >= MOST_STATES) {
    return { kind: 'error', message: 'the braces make too many combinations', start: 0, end: source.length };
  }
  let made: Automaton | undefined;
  const automaton = (): Automaton => {
    if (made) return made;
    const states = buildStates(pieces);
    return (made = determinize(states.list, states.start));
  };
  return {
    kind: 'glob',
    matches: (name) => automaton().read(automaton().start, name).accepts,
    get automaton() {
      return automaton();
    },
  };
}

/** How many states `buildStates` makes of a glob, without the accepting one. */
function countStates(pieces: GlobSequence): number {
  return pieces.reduce((count, piece) => {
    if (piece.kind === 'segments') return count + 3;
    if (piece.kind !== 'either') return count + 1;
    return count + 1 + piece.branches.reduce((sum, branch) => sum + countStates(branch), 0);
  }, 0);
}

/** Builds from the end of the pattern to its start, so that every state knows what follows it. */
function buildStates(pieces: GlobSequence): { readonly list: readonly State[]; readonly start: number } {
  const list: State[] = [{ step: undefined, next: -1, also: [] }];
  const add = (step: State['step'], next: number, also: readonly number[] = []): number =>
    list.push({ step, next, also }) - 1;
  /** Loops on `step`, and may be left for `next` at any time. */
  const loop = (step: (code: number) => boolean, next: number): number => add(step, list.length, [next]);

  const before = (piece: GlobPiece, next: number): number => {
    switch (piece.kind) {
      case 'char':
        return add((code) => code === piece.code, next);
      case 'one':
        return add(noDot, next);
      case 'class':
        return add(piece.test, next);
      case 'star':
        return loop(noDot, next);
      case 'globstar':
        return loop(anyUnit, next);
      case 'segments':
        return add(undefined, next, [
          loop(
            anyUnit,
            add((code) => code === DOT, next),
          ),
        ]);
      case 'either': {
        const [first, ...others] = piece.branches.map((branch) => sequence(branch, next));
        return add(undefined, first!, others);
      }
    }
  };
  const sequence = (items: GlobSequence, next: number): number =>
    items.reduceRight((end, piece) => before(piece, end), next);

  const start = sequence(pieces, 0);
  return { list, start };
}
