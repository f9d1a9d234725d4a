import type { ModelGraph } from '../core/model/graph';
import { llamaEmbed, llamaLayer, llamaLogits } from '../core/model/llama';
import type { Activations, Weight, Weights } from '../core/model/ops';
import { rotaryFrequencies } from '../core/model/rotary';
import type { ModelKernels } from './model';
import { SCORE_FIELDS } from './model-scores';
import { SCORED_AT_ONCE } from './model-size';

/** Which of the two models a weight belongs to; a kept tensor belongs to both and is loaded once. */
export type WeightUse = 'base' | 'cast' | 'both';

/** Work that pauses every few milliseconds, so that its driver can turn to something else or stop it. */
export type Pausing<T> = Generator<void, T, undefined>;

/** A base model and its cast, loaded side by side. */
export interface ModelSession {
  /** Values are row-major; a shape of one axis is a vector, of two a matrix [outputs, inputs]. */
  load(name: string, shape: readonly number[], values: Float32Array, use: WeightUse): void;
  /**
   * Figures of every scored position of a window, SCORE_FIELDS a position: those from `first` to the last but one,
   * each predicting the token behind it.
   */
  score(tokens: Int32Array, first: number): Pausing<Float64Array<ArrayBuffer>>;
  /** Logits [tokens, vocabulary] of one of the models. */
  logits(tokens: Int32Array, of: 'base' | 'cast'): Pausing<Float32Array<ArrayBuffer>>;
}

/** The residual streams of both models; one object while nothing has told them apart. */
interface Streams {
  readonly base: Activations;
  readonly cast: Activations;
}

/** Throws from `load` when the memory can't hold the weights, saying how much would be needed. */
export function createModelSession(kernels: ModelKernels, graph: ModelGraph, context: number): ModelSession {
  const base = new Map<string, Weight>();
  const cast = new Map<string, Weight>();
  const inBase = lookUp(base);
  const inCast = lookUp(cast);
  const rotary = kernels.rotaryTable(context, rotaryFrequencies(graph.ropeTheta, graph.headSize, graph.ropeScaling));
  const layer = (weights: Weights, n: number, x: Activations): Pausing<void> =>
    llamaLayer(graph, n, kernels, weights, x, rotary);

  const check = (tokens: Int32Array): void => {
    if (tokens.length > context) throw new RangeError(`a window of ${tokens.length} tokens, made for ${context}`);
    const stray = tokens.find((token) => token < 0 || token >= graph.vocabulary);
    if (stray === undefined) return;
    throw new RangeError(
      `token ${stray} lies outside the vocabulary of ${graph.vocabulary}: tokenizer and checkpoint do not belong together`,
    );
  };

  /** Layers are run for both models in step; until the first tensor that differs, once for both. */
  function* forward(tokens: Int32Array): Pausing<Streams> {
    const same = (part: number | 'before'): boolean =>
      graph.tensors.every((tensor) => tensor.layer !== part || base.get(tensor.name) === cast.get(tensor.name));
    const x = llamaEmbed(kernels, inBase, tokens);
    let streams: Streams = { base: x, cast: same('before') ? x : llamaEmbed(kernels, inCast, tokens) };
    for (let n = 0; n < graph.layers; n++) {
      if (streams.cast === streams.base && !same(n)) streams = { base: x, cast: kernels.copy(x) };
      yield* layer(inBase, n, streams.base);
      if (streams.cast !== streams.base) yield* layer(inCast, n, streams.cast);
    }
    return streams;
  }

  /** Scores rows `first` to the last of a block; `targets` holds the token behind each row. */
  const scoreBlock = (streams: Streams, first: number, targets: Int32Array, scores: Float64Array): void => {
    const baseLogits = llamaLogits(graph, kernels, inBase, streams.base);
    const castLogits = llamaLogits(graph, kernels, inCast, streams.cast);
    const baseSums = kernels.rowSums(baseLogits);
    const castSums = kernels.rowSums(castLogits);
    for (let row = first; row < targets.length; row++) {
      const target = targets[row]!;
      const ofBase = baseSums[row]!;
      const ofCast = castSums[row]!;
      const baseNll = ofBase.logSumExp - kernels.at(baseLogits, row, target);
      const castNll = ofCast.logSumExp - kernels.at(castLogits, row, target);
      scores.set(
        [
          baseNll,
          castNll,
          kernels.divergence(baseLogits, castLogits, row, ofBase.logSumExp, ofCast.logSumExp),
          ofBase.top === ofCast.top ? 1 : 0,
          Math.exp(-castNll) - Math.exp(-baseNll),
        ],
        (row - first) * SCORE_FIELDS,
      );
    }
  };

  return {
    load(name, shape, values, use) {
      const [outputs = 1, inputs] = shape;
      const weight = inputs === undefined ? kernels.loadVector(values) : kernels.loadMatrix(values, outputs, inputs);
      if (use !== 'cast') base.set(name, weight);
      if (use !== 'base') cast.set(name, weight);
    },
    *score(tokens, first) {
      check(tokens);
      const window = kernels.mark();
      try {
        const streams = yield* forward(tokens);
        const last = tokens.length - 1;
        const scores = new Float64Array(Math.max(0, last - first) * SCORE_FIELDS);
        for (let start = first - (first % 8); start < last; start += SCORED_AT_ONCE) {
          const block = kernels.mark();
          const rows = Math.min(SCORED_AT_ONCE, last - start);
          const part = {
            base: kernels.rows(streams.base, start, rows),
            cast: kernels.rows(streams.cast, start, rows),
          };
          const from = Math.max(first, start);
          const targets = tokens.subarray(start + 1, start + 1 + rows);
          scoreBlock(part, from - start, targets, scores.subarray((from - first) * SCORE_FIELDS));
          kernels.release(block);
          yield;
        }
        return scores;
      } finally {
        kernels.release(window);
      }
    },
    *logits(tokens, of) {
      check(tokens);
      const window = kernels.mark();
      try {
        const weights = of === 'base' ? inBase : inCast;
        const x = llamaEmbed(kernels, weights, tokens);
        for (let n = 0; n < graph.layers; n++) yield* layer(weights, n, x);
        return kernels.read(llamaLogits(graph, kernels, weights, x));
      } finally {
        kernels.release(window);
      }
    },
  };
}

function lookUp(weights: ReadonlyMap<string, Weight>): Weights {
  return (name) => {
    const weight = weights.get(name);
    if (weight) return weight;
    throw new Error(`${name}: needed for the forward pass but not loaded`);
  };
}
