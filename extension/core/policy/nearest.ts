/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`, or `limit + 1` when more are
 * needed: optimal string alignment, cut off as soon as a whole row is over the limit.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = above;
    above = row;
  }
  return above[b.length]!;
}

/** Longest word that is compared at all; a longer one is no slip of a key or a dtype. */
const LONGEST_WORD = 64;

/**
 * The candidates a person may have meant by `word`, nearest first: at most a third of its letters wrong, or
 * one begins with the other. Case does not count.
 */
export function nearest(word: string, candidates: Iterable<string>, count = 3): readonly string[] {
  if (word.length === 0 || word.length > LONGEST_WORD) return [];
  const wanted = word.toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const scored: { readonly candidate: string; readonly score: number }[] = [];
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const distance = editDistance(wanted, known, limit);
    if (distance <= limit) scored.push({ candidate, score: distance });
    else if (wanted.length >= 2 && known.startsWith(wanted)) scored.push({ candidate, score: limit + 1 });
    else if (wanted.startsWith(known)) scored.push({ candidate, score: limit + 2 });
  }
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** `a, b or c`. */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}
