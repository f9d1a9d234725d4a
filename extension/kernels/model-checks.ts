import type { ModelGraph } from '../core/model/graph';
import { baseStateCount } from './model-states';

/** Throws when the model has no positions for windows of `context` tokens. */
export function checkContext({ embedding: { positions } }: ModelGraph, context: number): void {
  if (!positions || context <= positions.count) return;
  throw new RangeError(`a context of ${context} tokens; this model has ${positions.count} learned positions at most`);
}

/** Throws when a window is too long, or holds what is no token of the model. */
export function checkTokens({ vocabulary }: ModelGraph, context: number, tokens: Int32Array): void {
  if (tokens.length > context) throw new RangeError(`a window of ${tokens.length} tokens, made for ${context}`);
  const stray = tokens.find((token) => token < 0 || token >= vocabulary);
  if (stray === undefined) return;
  throw new RangeError(
    `token ${stray} lies outside the vocabulary of ${vocabulary}: tokenizer and checkpoint do not belong together`,
  );
}

/** Throws when base states are not those of a window of so many tokens, scored from `first` on. */
export function checkStates(graph: ModelGraph, tokens: number, first: number, states: Float32Array): void {
  const count = baseStateCount(graph, tokens, first);
  if (states.length === count) return;
  throw new RangeError(`base states of ${states.length} floats, expected ${count} for this window`);
}
