import { escapeGlob, type FamilyMerge } from './family-merges';
import type { NameFamily, TensorIndex } from './tensor-index';
import { align, allows, measure, splitTyped, type Alignment, type Measure, type TypedPattern } from './typed-pattern';

/** A pattern, or the start of one, that names tensors of the checkpoint. */
export interface PatternSuggestion extends Measure {
  /** `tensor` is a whole name; `segment` and `number` end with the dot after the next segment. */
  readonly kind: 'pattern' | 'tensor' | 'segment' | 'number';
  readonly text: string;
}

/** Families that are looked at for one suggestion list. */
const MOST_FAMILIES = 5000;

/** Numbers offered for `layers.`; deeper models are reached with `*`. */
const MOST_NUMBERS = 256;

interface Draft {
  readonly kind: PatternSuggestion['kind'];
  readonly text: string;
  readonly parts: Alignment[];
  /** Distinct continuations; a segment with one alone is no step of its own. */
  readonly ways: Set<string>;
}

/**
 * Globs that continue what stands before the cursor: whole ones with `*` for numbers, several families in one
 * with braces, and the next segment alone. What weighs most comes first.
 */
export function suggestPatterns(
  before: string,
  index: TensorIndex,
  merges: readonly FamilyMerge[],
): readonly PatternSuggestion[] {
  const typed = splitTyped(before);
  const families = index.families.slice(0, MOST_FAMILIES);
  const byFamily = new Map(families.map((family) => [family, align(typed, family)]));
  const alignments = [...byFamily.values()].flat();
  const measures = new Map(alignments.map((alignment) => [alignment, measure(alignment, index)]));
  const drafts = new Map<string, Draft>();
  const add = (kind: Draft['kind'], text: string, parts: readonly Alignment[], way: string): void => {
    const key = `${kind === 'segment'} ${text}`;
    const known = drafts.get(key);
    if (!known) drafts.set(key, { kind, text, parts: [...parts], ways: new Set([way]) });
    else {
      known.parts.push(...parts.filter((part) => !known.parts.some(({ family }) => family === part.family)));
      known.ways.add(way);
    }
  };
  for (const { text, parts } of mergedWholes(typed, merges, byFamily)) add('pattern', text, parts, text);
  for (const alignment of alignments) {
    const rest = alignment.family.segments.slice(alignment.at).map(globOf);
    const text = typed.prefix + rest.join('.');
    add(/[*?[{]/.test(text) ? 'pattern' : 'tensor', text, [alignment], text);
    if (rest.length > 1) add('segment', `${typed.prefix}${rest[0]!}.`, [alignment], text);
  }
  const worded = [...drafts.values()]
    .filter(({ kind, ways }) => kind !== 'segment' || ways.size > 1)
    .map(({ kind, text, parts }) => ({ kind, text, ...sum(parts.map((part) => measures.get(part)!)) }))
    .sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || b.bytes - a.bytes);
  return [...worded, ...suggestNumbers(typed, alignments, index)];
}

/** Whole patterns and names first, by what they weigh; then steps on the way. */
const ORDER: Readonly<Record<PatternSuggestion['kind'], number>> = { pattern: 0, tensor: 0, segment: 1, number: 2 };

/** Whole globs for several families, where the typed part ends before the segment they differ in. */
function mergedWholes(
  { prefix }: TypedPattern,
  merges: readonly FamilyMerge[],
  byFamily: ReadonlyMap<NameFamily, readonly Alignment[]>,
): readonly { readonly text: string; readonly parts: readonly Alignment[] }[] {
  return merges.flatMap(({ families, at, glob }) => {
    const [first, ...others] = families;
    const aligned = (byFamily.get(first!) ?? []).filter((alignment) => alignment.at <= at);
    return aligned.flatMap((alignment) => {
      // What was typed ends before the segment they differ in, so it reads the same in all of them.
      const same = others.map((family) => byFamily.get(family)?.find((other) => other.at === alignment.at));
      const parts = [alignment, ...same].filter((part) => part !== undefined);
      const text = prefix + first!.segments.map(globOf).with(at, glob).slice(alignment.at).join('.');
      return parts.length === families.length ? [{ text, parts }] : [];
    });
  });
}

function globOf(segment: string | undefined): string {
  return segment === undefined ? '*' : escapeGlob(segment);
}

/** `layers.3.` for each number that may stand where the cursor is, in their order. */
function suggestNumbers(
  { prefix }: TypedPattern,
  alignments: readonly Alignment[],
  { kinds, kindOf }: TensorIndex,
): readonly PatternSuggestion[] {
  const totals = new Map<number, Totals>();
  for (const alignment of alignments) {
    const { family, at } = alignment;
    if (family.segments[at] !== undefined || at === family.segments.length - 1) continue;
    const hole = family.segments.slice(0, at).filter((segment) => segment === undefined).length;
    const numbers = family.numbers[hole]!;
    for (let place = 0; place < numbers.length; place++) {
      if (!allows(alignment, place)) continue;
      const number = numbers[place]!;
      const tensor = family.tensors[place]!;
      const total = totals.get(number) ?? { tensors: 0, counts: new Uint32Array(kinds.length), first: tensor };
      if (total.tensors === 0) totals.set(number, total);
      total.tensors++;
      total.counts[kindOf[tensor]!]!++;
      total.first = Math.min(total.first, tensor);
    }
  }
  return [...totals]
    .sort(([a], [b]) => a - b)
    .slice(0, MOST_NUMBERS)
    .map(([number, { tensors, counts, first }]) => {
      const bytes = kinds.reduce((sum, kind, at) => sum + counts[at]! * kind.bytes, 0);
      return { kind: 'number', text: `${prefix}${number}.`, tensors, bytes, first };
    });
}

/** What one number stands for. */
interface Totals {
  tensors: number;
  /** For each kind how many of them. */
  readonly counts: Uint32Array;
  first: number;
}

function sum(parts: readonly Measure[]): Measure {
  return {
    tensors: parts.reduce((total, part) => total + part.tensors, 0),
    bytes: parts.reduce((total, part) => total + part.bytes, 0),
    first: parts.reduce((least, part) => Math.min(least, part.first), Infinity),
  };
}
