import { TOKEN_TYPE, type Vocabulary } from './vocabulary';

interface Merge {
  readonly pair: readonly [string, string];
  readonly score: number;
  /** Characters of the halves, as tie-breakers. */
  readonly lengths: readonly [number, number];
  readonly ids: readonly [number, number];
}

/**
 * The merges that come to what SentencePiece does with scores: of all neighbours it joins those first whose token has
 * the largest score. Each token stands for a merge of every two tokens that make it up.
 */
export function mergesOfScores({ tokens, types, scores }: Vocabulary): readonly (readonly [string, string])[] {
  if (!scores) throw new Error('metadata tokenizer.ggml.scores is missing, which a tokenizer of the model llama needs');
  const ids = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (isPiece(types[id]!) && !ids.has(token)) ids.set(token, id);
  });
  const merges: Merge[] = [];
  for (const [token, id] of ids) {
    const characters = Array.from(token);
    const ofToken: Merge[] = [];
    let left = '';
    for (let at = 1; at < characters.length; at++) {
      left += characters[at - 1]!;
      const right = token.slice(left.length);
      const [leftId, rightId] = [ids.get(left), ids.get(right)];
      if (leftId === undefined || rightId === undefined) continue;
      const lengths = [at, characters.length - at] as const;
      ofToken.push({ pair: [left, right], score: scores[id]!, lengths, ids: [leftId, rightId] });
    }
    merges.push(...ofToken.sort((a, b) => a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1]));
  }
  merges.sort((a, b) => b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1]);
  return merges.map(({ pair }) => pair);
}

function isPiece(type: number): boolean {
  return type === TOKEN_TYPE.normal || type === TOKEN_TYPE.userDefined;
}
