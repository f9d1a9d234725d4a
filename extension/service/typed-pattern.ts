import { compileGlob } from '../core/policy/glob';
import type { NameFamily, TensorIndex } from './tensor-index';

/** The part of a glob before the cursor, cut at its dots. */
export interface TypedPattern {
  /** Everything up to the segment that is being typed, its dot included. */
  readonly prefix: string;
  readonly complete: readonly TypedSegment[];
  /** The segment that is being typed, as far as it is there. */
  readonly partial: string;
}

/** A whole segment of a glob, ready to be compared with segments of names. */
interface TypedSegment {
  /** `**` and whatever else may cross dots. */
  readonly crosses: boolean;
  /** `*`: any number, so that none has to be looked at. */
  readonly any: boolean;
  fits(segment: string): boolean;
  fitsNumber(number: number): boolean;
}

/** Where the next segment of a typed glob stands in the names of a family. */
export interface Alignment {
  readonly family: NameFamily;
  /** Position in `family.segments` of the segment that is being typed. */
  readonly at: number;
  /** What the typed part asks of the family's numbers. */
  readonly constraints: readonly NumberConstraint[];
}

/** Figures of tensors that a pattern names. */
export interface Measure {
  readonly tensors: number;
  readonly bytes: number;
  readonly first: number;
}

export interface NumberConstraint {
  /** Index in `family.numbers`. */
  readonly hole: number;
  readonly allows: (number: number) => boolean;
}

/** Segments that are looked at; no name of a real model has more. */
const MOST_SEGMENTS = 32;

/** Numbers below are remembered. */
const MOST_KNOWN = 10_000;

export function splitTyped(before: string): TypedPattern {
  const complete: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < before.length; at++) {
    const char = before[at]!;
    if (char === '\\') at++;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '.' && depth <= 0) {
      complete.push(before.slice(from, at));
      from = at + 1;
    }
  }
  return {
    prefix: before.slice(0, from),
    complete: complete.slice(0, MOST_SEGMENTS).map(typedSegment),
    partial: before.slice(from),
  };
}

function typedSegment(source: string): TypedSegment {
  const literal = !/[*?[{\\]/.test(source);
  const glob = literal ? undefined : compileGlob(source);
  const fits = (segment: string): boolean =>
    glob === undefined ? segment === source : glob.kind === 'glob' && glob.matches(segment);
  // Numbers are asked for tens of thousands of times in a mixture of experts, and there are few of them.
  const known: (boolean | undefined)[] = [];
  const fitsNumber = (number: number): boolean =>
    number < MOST_KNOWN ? (known[number] ??= fits(String(number))) : fits(String(number));
  return { crosses: source.includes('**'), any: source === '*', fits, fitsNumber };
}

/** All ways to read the complete segments as the start of the family's names that leave a segment to type. */
export function align({ complete }: TypedPattern, family: NameFamily): readonly Alignment[] {
  const { segments } = family;
  const holes = holeNumbers(segments);
  let states = new Map<number, readonly NumberConstraint[]>([[0, []]]);
  for (const typed of complete) {
    const next = new Map<number, readonly NumberConstraint[]>();
    for (const [at, constraints] of states) {
      if (typed.crosses) {
        for (let to = at; to < segments.length; to++) if (!next.has(to)) next.set(to, constraints);
      } else if (at < segments.length && !next.has(at + 1)) {
        const added = fit(typed, family, at, holes[at]!);
        if (added) next.set(at + 1, added.length > 0 ? [...constraints, ...added] : constraints);
      }
    }
    states = next;
  }
  const leaps = complete.at(-1)?.crosses === true;
  return [...states]
    .filter(([at]) => at < segments.length && !(leaps && isPointless(at, segments)))
    .map(([at, constraints]): Alignment => ({ family, at, constraints }));
}

/** Behind `**` a place that needs no `**`: the start of the name, anything before its layer number, the number. */
function isPointless(at: number, segments: NameFamily['segments']): boolean {
  return at === 0 || segments[at] === undefined || at < segments.indexOf(undefined);
}

/** For each segment with a number, which of the numbers it is. */
function holeNumbers(segments: NameFamily['segments']): readonly number[] {
  let hole = 0;
  return segments.map((segment) => (segment === undefined ? hole++ : -1));
}

/** What reading `typed` as segment `at` asks of the numbers; undefined when it can't be read so. */
function fit(
  typed: TypedSegment,
  { segments, numbers }: NameFamily,
  at: number,
  hole: number,
): readonly NumberConstraint[] | undefined {
  const segment = segments[at];
  if (segment !== undefined) return typed.fits(segment) ? [] : undefined;
  if (typed.any) return [];
  const allowed = (number: number): boolean => typed.fitsNumber(number);
  return numbers[hole]!.some(allowed) ? [{ hole, allows: allowed }] : undefined;
}

/** Whether the constraints leave the family's tensor at `place`. */
export function allows({ family, constraints }: Alignment, place: number): boolean {
  for (const { hole, allows: fits } of constraints) if (!fits(family.numbers[hole]![place]!)) return false;
  return true;
}

/** Tensors of the family that the constraints leave: how many, how heavy, the first by index. */
export function measure(alignment: Alignment, { kinds, kindOf }: TensorIndex): Measure {
  const { family, constraints } = alignment;
  if (constraints.length === 0) {
    return { tensors: family.tensors.length, bytes: family.bytes, first: family.tensors[0]! };
  }
  // Tensors of a kind weigh the same: whole numbers are counted, and bytes summed once a kind.
  const counts = new Uint32Array(kinds.length);
  let tensors = 0;
  let first = -1;
  for (let place = 0; place < family.tensors.length; place++) {
    if (!allows(alignment, place)) continue;
    const at = family.tensors[place]!;
    tensors++;
    counts[kindOf[at]!]!++;
    if (first < 0) first = at;
  }
  const bytes = kinds.reduce((sum, kind, number) => sum + counts[number]! * kind.bytes, 0);
  return { tensors, bytes, first: first < 0 ? Infinity : first };
}
