import { finding, replacement, type Finding } from '../../policy/finding';
import type { Pattern } from '../../policy/policy';
import { spell } from '../../policy/syntax';
import type { Draft, DraftCheck } from '../draft';
import { forEachTensor, type TensorSet } from '../tensor-set';
import { patternKey } from '../match-cache';

/** A segment of a glob that is one word with a star before or after it. */
const PARTIAL = /^(?:(\*)([A-Za-z0-9_-]+)|([A-Za-z0-9_-]+)(\*))$/;

/** What else than the word such a segment matches. */
interface Stretch {
  readonly at: number;
  readonly word: string;
  readonly others: readonly string[];
}

/**
 * Globs that reach further than the name they spell: `layers.1*` takes the layers 10 to 19 too, `mlp.gate*` both the
 * router `gate` and `gate_proj`, `*kv_proj` also `qkv_proj`. Told only where the spelt word is a name of its own.
 */
export const partialName: DraftCheck = (policy, draft) =>
  policy.rules.flatMap((rule) =>
    rule.match.flatMap((pattern, at): readonly Finding[] => {
      const set = draft.selections[rule.index]!.match[at];
      if (pattern.kind !== 'glob' || !set || set.size < 2) return [];
      const stretch = draft.cache.remember(draft.tree, `stretch ${patternKey(pattern)}`, () =>
        stretchOf(pattern, set, draft),
      );
      return stretch ? [told(pattern, stretch)] : [];
    }),
  );

function stretchOf(pattern: Pattern, set: TensorSet, { tree }: Draft): Stretch | undefined {
  const segments = pattern.source.split('.');
  for (const [at, segment] of segments.entries()) {
    // Behind `**` a segment has no place of its own.
    if (segment.includes('**')) return undefined;
    const [, , last, first] = PARTIAL.exec(segment) ?? [];
    const word = last ?? first;
    if (word === undefined) continue;
    const found = new Set<string>();
    forEachTensor(set, (tensor) => found.add(tree.tensors[tensor]!.name.split('.')[at] ?? ''));
    if (!found.delete(word) || found.size === 0) continue;
    return { at, word, others: [...found] };
  }
  return undefined;
}

function told(pattern: Pattern, { at, word, others }: Stretch): Finding {
  const segments = pattern.source.split('.');
  const shown = others.slice(0, 3).join(', ') + (others.length > 3 ? ` and ${others.length - 3} more` : '');
  const message = `${segments[at]!} matches ${shown} as well as ${word}; write ${word} to match it alone`;
  const anchored = segments.map((segment, place) => (place === at ? word : segment)).join('.');
  const fix = replacement(`Match ${word} alone`, pattern.range, spell(anchored, pattern.quotes), false);
  return finding('partial-name', 'warning', pattern.range, message, { fixes: [fix] });
}
