import type { TensorTree } from '../checkpoint/tensor';
import { resolveLayers } from '../policy/layers';
import type { Rule } from '../policy/policy';
import type { MatchCache } from './match-cache';

/** The tensors of one rule, as indices in tree order. */
export interface Selection {
  /** For each pattern of `match`, what it matches by itself. */
  readonly match: readonly Uint32Array[];
  /** For each pattern of `except`. */
  readonly except: readonly Uint32Array[];
  /** Matched by a pattern, whatever the layers and exceptions. */
  readonly matched: readonly number[];
  /** Those of them in the rule's layers. */
  readonly inLayers: readonly number[];
  /** Those of them that no exception takes out: the rule's own. */
  readonly selected: readonly number[];
}

export function selectTensors(rule: Rule, tree: TensorTree, cache: MatchCache): Selection {
  const match = rule.match.map((pattern) => cache.matches(tree, pattern));
  const except = rule.except.map((pattern) => cache.matches(tree, pattern));
  const matched = union(match);
  const isInLayers = layerTest(rule, tree.layerCount);
  const inLayers = isInLayers ? matched.filter((at) => isInLayers(tree.tensors[at]!.layer)) : matched;
  const left = new Set(union(except));
  const selected = left.size > 0 ? inLayers.filter((at) => !left.has(at)) : inLayers;
  return { match, except, matched, inLayers, selected };
}

/** Undefined for a rule of all layers; a tensor outside every layer is in none. */
function layerTest({ layers }: Rule, count: number): ((layer: number | undefined) => boolean) | undefined {
  if (!layers) return undefined;
  const ranges = layers.value.map((range) => resolveLayers(range, count));
  return (layer) => layer !== undefined && ranges.some(({ first, last }) => layer >= first && layer <= last);
}

/** Ascending and each once. */
function union(parts: readonly Uint32Array[]): readonly number[] {
  if (parts.length === 1) return [...parts[0]!];
  const all = new Set<number>();
  for (const part of parts) for (const at of part) all.add(at);
  return [...all].sort((a, b) => a - b);
}
