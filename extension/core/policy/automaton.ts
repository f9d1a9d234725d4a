/** Where a deterministic automaton stands after a part of a name. */
export interface AutomatonState {
  /** The name may end here. */
  readonly accepts: boolean;
  /** No name that begins so is accepted, whatever follows. */
  readonly dead: boolean;
}

/** A pattern that reads names piece by piece; equal states mean that the same endings match. */
export interface Automaton {
  readonly start: AutomatonState;
  /** The state after `text`. */
  read(from: AutomatonState, text: string): AutomatonState;
}

/** State of a nondeterministic automaton. A state without `step` is passed at once. */
export interface NondeterministicState {
  /** Which UTF-16 units lead to `next`. */
  readonly step: ((code: number) => boolean) | undefined;
  /** -1 only in the accepting state, which is number 0. */
  readonly next: number;
  /** The other ways on. */
  readonly also: readonly number[];
}

/** Sets of states remembered while matching; then forgotten and found again. */
const MOST_SETS = 1000;

/** A set of states as one state of the deterministic automaton. */
interface StateSet extends AutomatonState {
  readonly members: readonly number[];
  /** Next set for each ASCII code unit, filled as names come by. */
  readonly next: (StateSet | undefined)[];
}

/**
 * Makes an automaton deterministic while it reads, one set of states at a time: a name costs one table look-up
 * a character, and no pattern can make it explode.
 */
export function determinize(states: readonly NondeterministicState[], start: number): Automaton {
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
    const set: StateSet = { members, accepts, dead: members.length === 0 && !accepts, next: [] };
    known.set(key, set);
    return set;
  };

  const advance = (set: StateSet, code: number): StateSet => {
    const next = closure(set.members.filter((at) => states[at]!.step!(code)).map((at) => states[at]!.next));
    if (code < 128) set.next[code] = next;
    return next;
  };

  return {
    start: closure([start]),
    read(from, text) {
      let set = from as StateSet;
      for (let at = 0; at < text.length && !set.dead; at++) {
        const code = text.charCodeAt(at);
        set = set.next[code] ?? advance(set, code);
      }
      return set;
    },
  };
}
