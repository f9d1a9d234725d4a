import type { TensorTree } from '../checkpoint/tensor';
import { resolveLayers } from '../policy/layers';
import type { Rule } from '../policy/policy';
import { patternKey, type MatchCache } from './match-cache';
import { addTensor, difference, emptyWords, intersection, tensorSet, unionOf, type TensorSet } from './tensor-set';

/** The tensors of one rule. */
export interface Selection {
  /** For each pattern of `match`, what it matches by itself. */
  readonly match: readonly TensorSet[];
  /** For each pattern of `except`. */
  readonly except: readonly TensorSet[];
  /** Matched by a pattern, whatever the layers and exceptions. */
  readonly matched: TensorSet;
  /** Those of them in the rule's layers. */
  readonly inLayers: TensorSet;
  /** Those of them that no exception takes out: the rule's own. */
  readonly selected: TensorSet;
}

/** What a rule selects; remembered as long as its patterns and layers stay the same, wherever in the text it stands. */
export function selectTensors(rule: Rule, tree: TensorTree, cache: MatchCache): Selection {
  const match = rule.match.map((pattern) => cache.matches(tree, pattern));
  const except = rule.except.map((pattern) => cache.matches(tree, pattern));
  const layersKey = rule.layers?.value.map(({ from, to }) => `${from}..${to}`).join();
  // Patterns hold no line breaks that YAML would leave in them unescaped, so JSON keeps the parts apart.
  const key = JSON.stringify(['rule', rule.match.map(patternKey), rule.except.map(patternKey), layersKey]);
  const simple = match.length === 1 && except.length === 0 && layersKey === undefined;
  const [only] = match;
  if (simple && only) return { match, except, matched: only, inLayers: only, selected: only };
  const { matched, inLayers, selected } = cache.remember(tree, key, () => {
    const matched = unionOf(match);
    const inLayers = rule.layers ? intersection(matched, tensorsInLayers(rule.layers.value, tree)) : matched;
    return { matched, inLayers, selected: difference(inLayers, unionOf(except)) };
  });
  return { match, except, matched, inLayers, selected };
}

/** A tensor outside every layer is in none. */
function tensorsInLayers(layers: NonNullable<Rule['layers']>['value'], tree: TensorTree): TensorSet {
  const ranges = layers.map((range) => resolveLayers(range, tree.layerCount));
  const inside = Array.from({ length: tree.layerCount }, (_, layer) =>
    ranges.some(({ first, last }) => layer >= first && layer <= last),
  );
  const words = emptyWords(tree.tensors.length);
  tree.tensors.forEach(({ layer }, at) => {
    if (layer !== undefined && inside[layer]) addTensor(words, at);
  });
  return tensorSet(words);
}
