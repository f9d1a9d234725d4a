import type { Rounding } from '../core/model/blocks/linear';
import type { FirstDifference } from '../core/model/first-difference';
import type { ModelGraph } from '../core/model/graph';
import type { Pausing } from '../core/model/pausing';
import { partValues } from '../core/model/weights';
import type { ModelKernels } from './model';
import { checkContext, checkStates, checkTokens } from './model-checks';
import type { WeightUse } from './model-session';
import type { ScoredWindow } from './model-states';
import { startBatch, type BatchWindow } from './streamed-batch';
import { createStreamedModel } from './streamed-model';

/** Neighbouring rows of a matrix as base and cast have them. */
export interface PassingRows {
  readonly name: string;
  /** Number of the first of them. */
  readonly first: number;
  /** Undefined where the base does not need them. */
  readonly base: Float32Array | undefined;
  /** Undefined where they are the base's. */
  readonly cast: Float32Array | undefined;
}

/**
 * A model and its cast whose matrices pass by: a batch of windows goes through them in step. Its figures are those of
 * `ModelSession`, to the last bit.
 */
export interface StreamedSession {
  /** A tensor of one axis, which stays; all of them before the first batch. */
  load(name: string, shape: readonly number[], values: Float32Array, use: WeightUse): void;
  /** Starts a batch; what was left of another is forgotten. */
  begin(windows: readonly BatchWindow[]): void;
  /** All rows of all matrices come by, in `matrixOrder`, the head once for every `headRows` scored positions. */
  pass(rows: PassingRows): void;
  /** Figures of the batch's windows; throws when matrices are missing. */
  finish(): readonly ScoredWindow[];
}

export interface StreamedOptions {
  readonly graph: ModelGraph;
  /** Longest window in tokens. */
  readonly context: number;
  /** Of the cast model. */
  readonly rounding?: Rounding | undefined;
  readonly difference: FirstDifference;
  /** Positions whose logits are held at a time. */
  readonly headRows: number;
}

/** A pass, and the matrix that it waits for. */
interface Runner {
  readonly waitsFor: () => string | undefined;
  readonly go: () => void;
}

/** Base and cast have memories of their own, because each is used as a stack. */
export function createStreamedSession(
  memories: { readonly base: ModelKernels; readonly cast: ModelKernels },
  { graph, context, rounding, difference, headRows }: StreamedOptions,
): StreamedSession {
  checkContext(graph, context);
  const base = createStreamedModel(memories.base, graph, context, undefined);
  const cast = createStreamedModel(memories.cast, graph, context, rounding);
  const byName = new Map(graph.tensors.map((tensor) => [tensor.name, tensor]));
  // Where the batches begin in the memories: behind all that was loaded.
  let empty: { readonly base: number; readonly cast: number } | undefined;
  let runners: readonly Runner[] = [];
  let scored: (() => readonly ScoredWindow[]) | undefined;

  return {
    load(name, shape, values, use) {
      for (const part of byName.get(name)?.parts ?? []) {
        const cut = partValues(values, shape, part);
        if (use !== 'cast')
          base.vectors.set(
            part.as,
            base.kernels.loadVector(() => cut, cut.length),
          );
        if (use !== 'base')
          cast.vectors.set(
            part.as,
            cast.kernels.loadVector(() => cut, cut.length),
          );
      }
    },
    begin(windows) {
      for (const { tokens, first, baseStates } of windows) {
        checkTokens(graph, context, tokens);
        if (baseStates instanceof Float32Array) checkStates(graph, tokens.length, first, baseStates);
      }
      empty ??= { base: base.kernels.mark(), cast: cast.kernels.mark() };
      base.kernels.release(empty.base);
      cast.kernels.release(empty.cast);
      runners = [];
      scored = windows.length === 0 ? () => [] : undefined;
      if (windows.length === 0) return;
      const start = (work: Pausing<void>): void => {
        const runner = runnerOf(work);
        runners = [...runners, runner];
        runner.go();
      };
      startBatch({ graph, base, cast, difference, headRows }, windows, start, (figures) => {
        scored = figures;
      });
    },
    pass(rows) {
      for (const runner of runners) {
        if (runner.waitsFor() !== rows.name) continue;
        if (rows.base) base.weights.give({ first: rows.first, values: rows.base });
        const values = rows.cast ?? rows.base;
        if (values) cast.weights.give({ first: rows.first, values });
        runner.go();
      }
    },
    finish() {
      const missing = runners.map((runner) => runner.waitsFor()).find((name) => name !== undefined);
      if (missing !== undefined) throw new Error(`${missing}: needed for the forward pass, but it did not come by`);
      if (!scored) throw new Error('no batch of windows was begun');
      return scored();
    },
  };
}

function runnerOf(work: Pausing<void>): Runner {
  let waiting: string | undefined;
  return {
    waitsFor: () => waiting,
    /** Goes on to the next matrix that it waits for. */
    go() {
      let next = work.next();
      while (!next.done && next.value === undefined) next = work.next();
      waiting = next.done ? undefined : next.value;
    },
  };
}
