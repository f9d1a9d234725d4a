import type { ModelGraph } from '../core/model/graph';
import { llamaForward, llamaHead } from '../core/model/llama';
import type { Activations, RotaryTable, Weight } from '../core/model/ops';
import { SCORE_FIELDS, type ModelKernels } from './model';

/** Which of the two models a weight belongs to; a kept tensor belongs to both and is loaded once. */
export type WeightUse = 'base' | 'cast' | 'both';

/** A base model and its cast, loaded side by side. */
export interface ModelSession {
  /** Values are row-major; a shape of one axis is a vector, of two a matrix [outputs, inputs]. */
  load(name: string, shape: readonly number[], values: Float32Array, use: WeightUse): void;
  /**
   * Figures of every scored position of a window, SCORE_FIELDS a position: those from `first` to the last but one,
   * each predicting the token behind it.
   */
  score(tokens: Int32Array, first: number): Float64Array<ArrayBuffer>;
  /** Base logits of every position, one array a token. For comparing with another implementation. */
  logits(tokens: Int32Array): readonly Float32Array[];
}

/** Positions whose logits are held at a time: bounds memory whatever the vocabulary. */
const BLOCK = 32;

export function createModelSession(kernels: ModelKernels, graph: ModelGraph, context: number): ModelSession {
  const base = new Map<string, Weight>();
  const cast = new Map<string, Weight>();
  const rotary: RotaryTable = kernels.rotaryTable(context, graph.headSize, graph.ropeTheta);

  const forward = (weights: ReadonlyMap<string, Weight>, tokens: Int32Array): Activations =>
    llamaForward(graph, kernels, lookUp(weights), tokens, rotary);
  const logitsOf = (weights: ReadonlyMap<string, Weight>, hidden: Activations, first: number, count: number): Activations =>
    kernels.linear(kernels.rows(hidden, first, count), llamaHead(graph, lookUp(weights)));
  const check = (tokens: Int32Array): void => {
    if (tokens.length > context) throw new RangeError(`a window of ${tokens.length} tokens, made for ${context}`);
    const stray = tokens.find((token) => token < 0 || token >= graph.vocabulary);
    if (stray !== undefined) throw new RangeError(`token ${stray} is outside the vocabulary of ${graph.vocabulary}`);
  };

  return {
    load(name, shape, values, use) {
      const [outputs = 1, inputs] = shape;
      const weight = inputs === undefined ? kernels.loadVector(values) : kernels.loadMatrix(values, outputs, inputs);
      if (use !== 'cast') base.set(name, weight);
      if (use !== 'base') cast.set(name, weight);
    },
    score(tokens, first) {
      check(tokens);
      return kernels.released(() => {
        const baseHidden = forward(base, tokens);
        const castHidden = forward(cast, tokens);
        const last = tokens.length - 1;
        const scores = new Float64Array(Math.max(0, last - first) * SCORE_FIELDS);
        for (let block = first - (first % 4); block < last; block += BLOCK) {
          kernels.released(() => {
            const count = Math.min(BLOCK, last - block);
            const baseLogits = logitsOf(base, baseHidden, block, count);
            const castLogits = logitsOf(cast, castHidden, block, count);
            for (let row = Math.max(0, first - block); row < count; row++) {
              const position = block + row;
              const score = kernels.score(baseLogits, castLogits, row, tokens[position + 1]!);
              scores.set(score, (position - first) * SCORE_FIELDS);
            }
          });
        }
        return scores;
      });
    },
    logits(tokens) {
      check(tokens);
      return kernels.released(() => {
        const all = logitsOf(base, forward(base, tokens), 0, tokens.length);
        return Array.from(tokens, (_, row) => kernels.read(all, row));
      });
    },
  };
}

function lookUp(weights: ReadonlyMap<string, Weight>): (name: string) => Weight {
  return (name) => {
    const weight = weights.get(name);
    if (weight) return weight;
    throw new Error(`${name}: needed for the forward pass but not loaded`);
  };
}
