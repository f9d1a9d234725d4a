/** A pattern by segments; each segment is one or several alternatives, themselves globs of one segment. */
type Segments = readonly (readonly string[])[];

/** Patterns merged at most: more would be no policy that a person reads. */
const MOST = 400;

/** Fewer alternatives than this are readable as they are; more are worth a wildcard. */
const LEAST_ALTERNATIVES = 3;

/**
 * Fewer globs that match the same: patterns that differ in one segment become one with braces, and braces become a
 * wildcard (`*_proj`) where `isExact` says that the wider glob still matches nothing it should not.
 */
export function mergePatterns(
  patterns: readonly (readonly string[])[],
  isExact: (glob: string) => boolean,
): readonly string[] {
  let merged: readonly Segments[] = patterns.map((segments) => segments.map((segment) => [segment]));
  if (merged.length > MOST) return merged.map(print);
  for (;;) {
    const next = widenAll(mergePairs(merged), isExact);
    if (next.length === merged.length && next.every((each, at) => print(each) === print(merged[at]!))) {
      return merged.map(print);
    }
    merged = next;
  }
}

/** Merges as long as two patterns differ in one segment. */
function mergePairs(patterns: readonly Segments[]): readonly Segments[] {
  const left = [...patterns];
  for (let at = 0; at < left.length; at++) {
    for (let other = at + 1; other < left.length; other++) {
      const merged = mergePair(left[at]!, left[other]!);
      if (!merged) continue;
      left[at] = merged;
      left.splice(other, 1);
      other = at;
    }
  }
  return left;
}

function mergePair(a: Segments, b: Segments): Segments | undefined {
  if (a.length !== b.length) return undefined;
  const differing = a.flatMap((segment, at) => (segment.join() === b[at]!.join() ? [] : [at]));
  const [only] = differing;
  if (differing.length !== 1 || only === undefined) return undefined;
  return a.map((segment, at) => (at === only ? [...new Set([...segment, ...b[at]!])] : segment));
}

/** Replaces alternatives by the narrowest wildcard that is exact. */
function widenAll(patterns: readonly Segments[], isExact: (glob: string) => boolean): readonly Segments[] {
  return patterns.map((pattern) =>
    pattern.reduce<Segments>((current, alternatives, at) => {
      if (alternatives.length < LEAST_ALTERNATIVES) return current;
      for (const wildcard of wildcards(alternatives)) {
        const wider = current.map((segment, place) => (place === at ? [wildcard] : segment));
        if (isExact(print(wider))) return wider;
      }
      return current;
    }, pattern),
  );
}

/** `*` with the common start and end of the alternatives, cut at underscores so that it stays readable; then `*`. */
function wildcards(alternatives: readonly string[]): readonly string[] {
  const start = /^.*_/.exec(commonStart(alternatives))?.[0] ?? '';
  const end = /_.*$/.exec(commonEnd(alternatives))?.[0] ?? '';
  const shortest = Math.min(...alternatives.map(({ length }) => length));
  const both = start.length + end.length <= shortest ? [`${start}*${end}`] : [];
  return [...new Set([...both, `*${end}`, `${start}*`, '*'])];
}

function commonStart(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = first.length;
  for (const text of texts) while (!text.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

function commonEnd(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = first.length;
  for (const text of texts) while (!text.endsWith(first.slice(first.length - length))) length--;
  return first.slice(first.length - length);
}

function print(segments: Segments): string {
  return segments
    .map((alternatives) => (alternatives.length === 1 ? alternatives[0]! : braces(alternatives)))
    .join('.');
}

/** `{q,k,v}_proj` rather than `{q_proj,k_proj,v_proj}`. */
function braces(alternatives: readonly string[]): string {
  const end = /_.*$/.exec(commonEnd(alternatives))?.[0] ?? '';
  const cut = end !== '' && alternatives.every((text) => text.length > end.length) ? end : '';
  return `{${alternatives.map((text) => text.slice(0, text.length - cut.length)).join(',')}}${cut}`;
}
