import { parseGlob, type GlobPiece, type GlobSequence, type PatternError } from './glob-syntax';

/** A compiled glob; `matches` is true when the whole name matches. */
export interface Glob {
  readonly kind: 'glob';
  matches(name: string): boolean;
}

/**
 * State of the nondeterministic automaton. `step` says which code unit leads to `next`; states without `step`
 * are passed at once: `also` are the other ways on.
 */
interface State {
  readonly step: ((code: number) => boolean) | undefined;
  /** -1 only in the accepting state. */
  readonly next: number;
  readonly also: readonly number[];
}

/** States of one glob; `{0..999}` in three digits needs 2,900. */
const MOST_STATES = 8000;

/** Sets of states remembered while matching; then forgotten and found again. */
const MOST_SETS = 1000;

const DOT = '.'.charCodeAt(0);
const anyUnit = (): boolean => true;
const noDot = (code: number): boolean => code !== DOT;

/**
 * Compiles a glob: `*` inside a dotted segment, `**` across dots, `?`, `[a-z]`, `{a,b}`, `{0..3}`, `\` for the
 * next character itself. The automaton is made deterministic while it matches, one set of states at a time,
 * so that a name costs one table look-up a character and no pattern can make it explode.
 */
export function compileGlob(source: string): Glob | PatternError {
  const pieces = parseGlob(source);
  if ('kind' in pieces) return pieces;
  const states = buildStates(pieces);
  if (!states) return { kind: 'error', message: 'the braces make too many combinations', start: 0, end: source.length };
  return { kind: 'glob', matches: createMatcher(states.list, states.start) };
}

/** Builds from the end of the pattern to its start, so that every state knows what follows it. */
function buildStates(pieces: GlobSequence): { readonly list: readonly State[]; readonly start: number } | undefined {
  const list: State[] = [{ step: undefined, next: -1, also: [] }];
  const add = (step: State['step'], next: number, also: readonly number[] = []): number =>
    list.length < MOST_STATES ? list.push({ step, next, also }) - 1 : list.length;
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
  return list.length < MOST_STATES ? { list, start } : undefined;
}

/** A set of states as one state of the deterministic automaton. */
interface StateSet {
  readonly members: readonly number[];
  readonly accepts: boolean;
  /** Next set for each ASCII code unit, filled as names come by. */
  readonly next: (StateSet | undefined)[];
}

function createMatcher(states: readonly State[], start: number): (name: string) => boolean {
  let known = new Map<string, StateSet>();

  const closure = (from: readonly number[]): StateSet => {
    const seen = new Set<number>();
    const open = [...from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const { step, next, also } = states[at]!;
      if (!step && next >= 0) open.push(next);
      open.push(...also);
    }
    const members = [...seen].filter((at) => states[at]!.step).sort((a, b) => a - b);
    const accepts = seen.has(0);
    const key = `${accepts ? '+' : ''}${members.join()}`;
    const same = known.get(key);
    if (same) return same;
    // Sets that were forgotten stay alive while another set leads to them, so those links go too.
    if (known.size >= MOST_SETS) {
      for (const set of known.values()) set.next.length = 0;
      known = new Map();
    }
    const set: StateSet = { members, accepts, next: [] };
    known.set(key, set);
    return set;
  };

  const first = closure([start]);
  const advance = (set: StateSet, code: number): StateSet => {
    const next = closure(set.members.filter((at) => states[at]!.step!(code)).map((at) => states[at]!.next));
    if (code < 128) set.next[code] = next;
    return next;
  };

  return (name) => {
    let set = first;
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at);
      set = set.next[code] ?? advance(set, code);
      if (set.members.length === 0 && !(set.accepts && at === name.length - 1)) return false;
    }
    return set.accepts;
  };
}
