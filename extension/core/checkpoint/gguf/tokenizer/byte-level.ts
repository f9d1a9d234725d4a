import { PRE_TOKENIZERS, type PreTokenizer } from './pre-tokenizers';
import type { Vocabulary } from './vocabulary';

/** The pre-tokenizer that a file names. Throws when it is not known here: another one would give other tokens. */
export function preTokenizerOf({ pre }: Vocabulary): PreTokenizer {
  const known = PRE_TOKENIZERS.get(pre ?? 'default');
  if (known) return known;
  throw new Error(`the pre-tokenizer "${pre ?? ''}" is not known; known are ${[...PRE_TOKENIZERS.keys()].join(', ')}`);
}

/** Pairs of the merges of a byte-level BPE; those that lead to no token are never reached, and are left out. */
export function mergePairs(
  { merges }: Vocabulary,
  has: (token: string) => boolean,
): readonly (readonly [string, string])[] {
  return merges.flatMap((merge): readonly (readonly [string, string])[] => {
    // A token may begin with a space, never be empty.
    const space = merge.indexOf(' ', 1);
    const [left, right] = [merge.slice(0, space), merge.slice(space + 1)];
    return space > 0 && has(left) && has(right) && has(left + right) ? [[left, right]] : [];
  });
}
