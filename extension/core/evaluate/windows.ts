import type { Scoring } from './report';

/** Tokens of one window and the first position that is scored; every position predicts the token behind it. */
export interface Window {
  readonly tokens: Int32Array<ArrayBuffer>;
  readonly first: number;
}

/**
 * Non-overlapping windows of `context` tokens, at most `limit`; what is left at the end is dropped. `all` scores
 * every next token of a window (Hugging Face's fixed-length example with stride = context), `second-half` those
 * predicted from its second half (llama.cpp's perplexity tool). Throws when the text fills no window.
 */
export function cutWindows(
  tokens: ArrayLike<number>,
  context: number,
  limit: number,
  scoring: Scoring,
): readonly Window[] {
  const count = Math.min(limit, Math.floor(tokens.length / context));
  if (count === 0) {
    throw new Error(
      `the text has ${tokens.length} tokens, too few for one window of ${context}; use a longer text or a smaller context`,
    );
  }
  const first = scoring === 'all' ? 0 : Math.floor(context / 2);
  return Array.from({ length: count }, (_, at) => ({
    tokens: Int32Array.from({ length: context }, (_, i) => tokens[at * context + i]!),
    first,
  }));
}
