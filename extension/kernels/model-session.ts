import type { Pass, Rounding } from '../core/model/blocks/linear';
import { embed, layer, logits, states } from '../core/model/forward';
import type { ModelGraph } from '../core/model/graph';
import type { Activations, Weight } from '../core/model/ops';
import type { Pausing } from '../core/model/pausing';
import { residentWeights } from '../core/model/resident-weights';
import { rotaryFrequencies } from '../core/model/rotary';
import { partShape, partValues, type RequiredTensor } from '../core/model/weights';
import type { ModelKernels } from './model';
import { checkContext, checkStates, checkTokens } from './model-checks';
import { SCORED_AT_ONCE, SCORE_FIELDS, scoreRows, type Pair } from './model-scores';
import { baseStateCount, firstRow, type BaseStates, type ScoredWindow } from './model-states';

/** Which of the two models a weight belongs to; a kept tensor belongs to both and is loaded once. */
export type WeightUse = 'base' | 'cast' | 'both';

/** Rows that go through a layer at a time: their activations stay in the processor's cache. */
export const ROWS_AT_ONCE = 256;

/** A base model and its cast, loaded side by side. */
export interface ModelSession {
  /** A tensor of the checkpoint, one of the graph's; values are row-major. */
  load(name: string, shape: readonly number[], values: Float32Array, use: WeightUse): void;
  /**
   * Scores a window. With the base states of the same window the base's layers are not run, nor need their weights be
   * loaded, only those of its head; the figures are the same to the last bit.
   */
  score(tokens: Int32Array, first: number, baseStates?: BaseStates): Pausing<ScoredWindow>;
  /** Logits [tokens, vocabulary] of one of the models. */
  logits(tokens: Int32Array, of: 'base' | 'cast'): Pausing<Float32Array<ArrayBuffer>>;
}

/**
 * Throws from `load` when the memory can't hold the weights, saying how much would be needed. Throws at once when the
 * model has no positions for windows of `context` tokens.
 */
export function createModelSession(
  kernels: ModelKernels,
  graph: ModelGraph,
  context: number,
  rounding?: Rounding,
): ModelSession {
  checkContext(graph, context);
  const base = new Map<string, Weight>();
  const cast = new Map<string, Weight>();
  const rotaries = graph.rotaries.map((rotary) => {
    const { frequencies, factor } = rotaryFrequencies(rotary, context);
    return kernels.rotaryTable(context, frequencies, factor);
  });
  const ofBase: Pass = { ops: kernels, weights: residentWeights(base), rotaries };
  const ofCast: Pass = { ops: kernels, weights: residentWeights(cast), rotaries, ...(rounding && { rounding }) };
  const byName = new Map(graph.tensors.map((tensor) => [tensor.name, tensor]));
  const byLayer = new Map<RequiredTensor['layer'], RequiredTensor[]>();
  for (const tensor of graph.tensors) byLayer.set(tensor.layer, [...(byLayer.get(tensor.layer) ?? []), tensor]);

  /** Layers are run for both models in step; until the first tensor that differs, once for both. */
  function* forward(tokens: Int32Array): Pausing<Pair> {
    const same = (part: RequiredTensor['layer']): boolean =>
      (part === 'before' || !rounding?.keyValues) &&
      (byLayer.get(part) ?? []).every(({ parts }) =>
        parts.every(({ as }) => base.get(as) === cast.get(as) && (part === 'before' || !rounding?.inputs.has(as))),
      );
    const x = yield* embed(graph, ofBase, tokens, positionsOf(tokens));
    let streams: Pair = {
      base: x,
      cast: same('before') ? x : yield* embed(graph, ofCast, tokens, positionsOf(tokens)),
    };
    for (let n = 0; n < graph.layers.length; n++) {
      if (streams.cast === streams.base && !same(n)) streams = { base: x, cast: kernels.copy(x) };
      yield* runLayer(n, ofBase, streams.base);
      if (streams.cast !== streams.base) yield* runLayer(n, ofCast, streams.cast);
    }
    return streams;
  }

  const runLayer = (n: number, pass: Pass, x: Activations): Pausing<void> =>
    layer(graph, n, pass, x, [{ first: 0, rows: x.rows }], ROWS_AT_ONCE);

  /** One model's residual stream behind the last layer. */
  function* run(pass: Pass, tokens: Int32Array): Pausing<Activations> {
    const x = yield* embed(graph, pass, tokens, positionsOf(tokens));
    for (let n = 0; n < graph.layers.length; n++) yield* runLayer(n, pass, x);
    return x;
  }

  return {
    load(name, shape, values, use) {
      const tensor = byName.get(name);
      if (!tensor) throw new Error(`${name}: loaded, but the forward pass does not need it`);
      for (const part of tensor.parts) {
        const [outputs = 1, inputs] = partShape(shape, part);
        const cut = (): Float32Array => partValues(values, shape, part);
        const weight =
          inputs === undefined ? kernels.loadVector(cut, outputs) : kernels.loadMatrix(cut, outputs, inputs);
        if (use !== 'cast') base.set(part.as, weight);
        if (use !== 'base') cast.set(part.as, weight);
      }
    },
    *score(tokens, first, baseStates) {
      checkTokens(graph, context, tokens);
      const begin = firstRow(first);
      const last = tokens.length - 1;
      const count = baseStateCount(graph, tokens.length, first);
      const known = baseStates === 'return' ? undefined : baseStates;
      if (known) checkStates(graph, tokens.length, first, known);
      const kept = baseStates === 'return' ? new Float32Array(count) : undefined;
      const window = kernels.mark();
      try {
        const streams: Partial<Pair> & Pick<Pair, 'cast'> = known
          ? { cast: yield* run(ofCast, tokens) }
          : yield* forward(tokens);
        const scores = new Float64Array(Math.max(0, last - first) * SCORE_FIELDS);
        for (let start = begin; start < last; start += SCORED_AT_ONCE) {
          const block = kernels.mark();
          const rows = Math.min(SCORED_AT_ONCE, last - start);
          const at = (start - begin) * graph.hidden;
          const base = streams.base
            ? states(graph, ofBase, kernels.rows(streams.base, start, rows))
            : kernels.write(known!.subarray(at, at + rows * graph.hidden), rows, graph.hidden);
          const cast = states(graph, ofCast, kernels.rows(streams.cast, start, rows));
          kept?.set(kernels.read(base), at);
          const from = Math.max(first, start);
          const targets = tokens.subarray(start + 1, start + 1 + rows);
          scoreRows(
            kernels,
            { base: yield* logits(graph, ofBase, base), cast: yield* logits(graph, ofCast, cast) },
            from - start,
            targets,
            scores.subarray((from - first) * SCORE_FIELDS),
          );
          kernels.release(block);
          yield;
        }
        return { scores, baseStates: kept };
      } finally {
        kernels.release(window);
      }
    },
    *logits(tokens, of) {
      checkTokens(graph, context, tokens);
      const window = kernels.mark();
      try {
        const pass = of === 'base' ? ofBase : ofCast;
        return kernels.read(yield* logits(graph, pass, states(graph, pass, yield* run(pass, tokens))));
      } finally {
        kernels.release(window);
      }
    },
  };
}

function positionsOf(tokens: Int32Array): Int32Array {
  return tokens.map((_, position) => position);
}
