import { compileGlob } from '../policy/glob';
import { editDistance } from '../policy/nearest';
import type { NameTemplate } from './name-templates';

/** A glob that is near one that matches nothing, and how far: 0 is the same, 1 about one wrong segment. */
export interface Repair {
  readonly source: string;
  /** The same with `*` for numbers that may not exist, to try when `source` matches nothing. */
  readonly anyNumber: string;
  readonly cost: number;
}

/** Templates that are compared; a checkpoint with more names that differ in more than numbers is odd. */
const MOST_TEMPLATES = 2000;

/** Longest pattern and name, in segments, that are compared. */
const MOST_SEGMENTS = 24;

const COST = {
  /** A segment is missing at an end: `layers.*` for `model.layers.*`. */
  missingAtEnd: 0.4,
  missing: 0.7,
  superfluous: 1.1,
  /** Another number: the layer may not exist. */
  number: 0.2,
  /** Nothing in common. */
  other: 1.2,
} as const;

/** Most that may be wrong, for each segment of the pattern. */
const WORST = 0.45;

/**
 * Globs near `source` that name tensors of the checkpoint, nearest first. Segments that fit are kept as
 * written, wildcards and all; the others take the name's spelling, numbers become `*`.
 */
export function repairGlob(source: string, templates: readonly NameTemplate[]): readonly Repair[] {
  const segments = splitGlob(source);
  if (!segments || segments.length > MOST_SEGMENTS) return [];
  const price = createPrices(segments);
  const repairs = new Map<string, Repair>();
  for (const template of templates.slice(0, MOST_TEMPLATES)) {
    if (template.segments.length > MOST_SEGMENTS) continue;
    const { cost, parts, anchored } = align(segments, template.segments, price);
    // A glob of which nothing but the stars is left is no repair of it.
    if (!anchored && !segments.every(isWild)) continue;
    const repaired = parts.map(({ text }) => text).join('.');
    const anyNumber = parts.map(({ text, number }) => (number ? '*' : text)).join('.');
    if (cost > WORST * Math.max(2, segments.length) || (repairs.get(repaired)?.cost ?? Infinity) <= cost) continue;
    repairs.set(repaired, { source: repaired, anyNumber, cost });
  }
  return [...repairs.values()].sort((one, other) => one.cost - other.cost);
}

/** The dotted segments of a glob, or undefined when a piece of it crosses dots. */
function splitGlob(source: string): readonly string[] | undefined {
  const segments: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    if (char === '\\') at++;
    else if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '.' && depth === 0) {
      segments.push(source.slice(from, at));
      from = at + 1;
    } else if (char === '.' && !isNumberRange(source, at)) return undefined;
  }
  segments.push(source.slice(from));
  return segments.some((segment) => segment.includes('**') && segment !== '**') ? undefined : segments;
}

function isNumberRange(source: string, at: number): boolean {
  return source[at - 1] === '.' || source[at + 1] === '.';
}

type Price = (segment: number, name: string) => number;

/** What it costs to read a segment of the pattern as a segment of a name; each pair is compared once. */
function createPrices(segments: readonly string[]): Price {
  const known = segments.map(() => new Map<string, number>());
  const globs = segments.map((segment) => compileGlob(segment));
  return (at, name) => {
    const found = known[at]!.get(name);
    if (found !== undefined) return found;
    const glob = globs[at]!;
    const cost = glob.kind === 'glob' && glob.matches(name) ? 0 : unlike(segments[at]!, name);
    known[at]!.set(name, cost);
    return cost;
  };
}

function unlike(segment: string, name: string): number {
  if (isNumber(name)) return /\d/.test(segment) && !/[a-z]/i.test(segment) ? COST.number : COST.other;
  const longest = Math.max(segment.length, name.length);
  const limit = Math.floor(longest / 2);
  const distance = editDistance(segment, name, limit);
  if (distance <= limit) return Math.max(COST.number + 0.05, (1.5 * distance) / longest);
  const contained = segment.length >= 3 && name.length >= 3 && (name.includes(segment) || segment.includes(name));
  return contained ? 0.8 : COST.other;
}

interface Alignment {
  readonly cost: number;
  readonly parts: readonly RepairedSegment[];
  /** Whether a segment of the pattern with text of its own was read as one of the name. */
  readonly anchored: boolean;
}

interface RepairedSegment {
  readonly text: string;
  /** Kept as written although the number it stands for was not seen. */
  readonly number: boolean;
}

/** What is done at a step of the way through both; the first of equal cost is taken. */
const STEP = { end: 0, read: 1, segmentOut: 2, globstarOut: 3, globstarOver: 4, nameIn: 5 } as const;

/** Costs and steps of all pairs of places, a row for each place in a pattern. */
interface Ways {
  readonly cost: Float64Array;
  readonly step: Uint8Array;
  readonly columns: number;
}

/** The cheapest way to read a pattern as a name, segment by segment. */
function align(pattern: readonly string[], name: readonly string[], price: Price): Alignment {
  const ways = cheapestWays(pattern, name, price);
  const parts: RepairedSegment[] = [];
  let anchored = false;
  for (let i = 0, j = 0; ;) {
    const step = ways.step[i * ways.columns + j]!;
    if (step === STEP.end) break;
    const segment = pattern[i]!;
    const named = name[j]!;
    if (step === STEP.read) {
      const cost = price(i, named);
      anchored ||= !isWild(segment) && cost < COST.other;
      parts.push(cost <= COST.number ? { text: segment, number: cost > 0 } : literal(named));
    } else if (step === STEP.globstarOut) parts.push({ text: '**', number: false });
    else if (step === STEP.nameIn) parts.push(literal(named));
    if (step === STEP.read || step === STEP.segmentOut || step === STEP.globstarOut) i++;
    if (step === STEP.read || step === STEP.globstarOver || step === STEP.nameIn) j++;
  }
  return { cost: ways.cost[0]!, parts, anchored };
}

/** From the ends to the starts; numbers alone, because every name of a checkpoint is tried. */
function cheapestWays(pattern: readonly string[], name: readonly string[], price: Price): Ways {
  const columns = name.length + 1;
  const cost = new Float64Array((pattern.length + 1) * columns).fill(Infinity);
  const step = new Uint8Array(cost.length);
  const offer = (place: number, by: number, total: number): void => {
    if (total >= cost[place]!) return;
    cost[place] = total;
    step[place] = by;
  };
  for (let i = pattern.length; i >= 0; i--) {
    const segment = pattern[i];
    for (let j = name.length; j >= 0; j--) {
      const named = name[j];
      const here = i * columns + j;
      const below = here + columns;
      if (segment === undefined && named === undefined) offer(here, STEP.end, 0);
      if (segment !== undefined && named !== undefined && segment !== '**') {
        offer(here, STEP.read, price(i, named) + cost[below + 1]!);
      }
      if (segment === '**') {
        offer(here, STEP.globstarOut, cost[below]!);
        if (named !== undefined) offer(here, STEP.globstarOver, cost[here + 1]!);
      } else if (segment !== undefined) {
        offer(here, STEP.segmentOut, (segment === '*' ? COST.missing : COST.superfluous) + cost[below]!);
      }
      if (named !== undefined && segment !== '**') {
        const atEnd = i === 0 || i === pattern.length;
        offer(here, STEP.nameIn, (atEnd ? COST.missingAtEnd : COST.missing) + cost[here + 1]!);
      }
    }
  }
  return { cost, step, columns };
}

function isWild(segment: string): boolean {
  return /^\*+$/.test(segment);
}

function isNumber(segment: string): boolean {
  return /^\d+$/.test(segment);
}

/** A segment of a name as a glob that matches it. */
function literal(segment: string): RepairedSegment {
  return { text: isNumber(segment) ? '*' : escapeSegment(segment), number: false };
}

/** A segment of a name as a glob that matches it alone. */
export function escapeSegment(segment: string): string {
  return segment.replace(/[*?[\]{}\\]/g, '\\$&');
}
