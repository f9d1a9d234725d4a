import type { Pass, Rounding } from '../core/model/blocks/linear';
import type { FirstDifference } from '../core/model/first-difference';
import { embed, layer, states } from '../core/model/forward';
import type { ModelGraph } from '../core/model/graph';
import type { Activations, Weight } from '../core/model/ops';
import type { Pausing } from '../core/model/pausing';
import { rotaryFrequencies } from '../core/model/rotary';
import { partShape, partValues } from '../core/model/weights';
import { stackWindows, type WindowRows } from '../core/model/window-rows';
import type { ModelKernels } from './model';
import { checkContext, checkStates, checkTokens } from './model-checks';
import type { WeightUse } from './model-session';
import { firstRow, type BaseStates, type ScoredWindow } from './model-states';
import { streamedHead } from './streamed-head';
import { streamedWeights, type StreamedWeights } from './streamed-weights';

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

/** A window of a batch. The base states of all of a batch's windows are known, or none. */
export interface BatchWindow {
  readonly tokens: Int32Array<ArrayBuffer>;
  /** The first position that is scored. */
  readonly first: number;
  readonly baseStates: BaseStates;
}

/**
 * A model and its cast whose matrices pass by: a batch of windows goes through them in step. Its figures are those of
 * `ModelSession`, to the last bit.
 */
export interface StreamedSession {
  /** A tensor of one axis, which stays. */
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
  const parts = graph.tensors.flatMap((tensor) => tensor.parts.map((part) => ({ tensor, part })));
  const matrices = parts.flatMap(({ tensor, part }): [string, readonly [number, number]][] => {
    const [outputs = 1, inputs] = partShape(tensor.shape, part);
    return inputs === undefined ? [] : [[part.as, [outputs, inputs]]];
  });
  const shapes = new Map(matrices);
  const model = (kernels: ModelKernels, ownRounding: Rounding | undefined): Model => {
    const rotaries = graph.rotaries.map((rotary) => {
      const { frequencies, factor } = rotaryFrequencies(rotary, context);
      return kernels.rotaryTable(context, frequencies, factor);
    });
    const vectors = new Map<string, Weight>();
    const weights = streamedWeights(kernels, shapes, vectors);
    return {
      kernels,
      vectors,
      weights,
      pass: { ops: kernels, weights, rotaries, ...(ownRounding && { rounding: ownRounding }) },
    };
  };
  const base = model(memories.base, undefined);
  const cast = model(memories.cast, rounding);
  // A batch takes room when all vectors are there, and gives it back when the next begins.
  let empty: { readonly base: number; readonly cast: number } | undefined;
  let runners: readonly Runner[] = [];
  let finished: (() => readonly ScoredWindow[]) | undefined;

  return {
    load(name, shape, values, use) {
      for (const { tensor, part } of parts) {
        if (tensor.name !== name) continue;
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
      for (const { tokens } of windows) checkTokens(graph, context, tokens);
      empty ??= { base: base.kernels.mark(), cast: cast.kernels.mark() };
      base.kernels.release(empty.base);
      cast.kernels.release(empty.cast);
      const batch = stacked(windows);
      finished = undefined;
      runners = [];
      const start = (work: Pausing<void>): void => {
        runners = [...runners, runnerOf(work)];
      };
      const known = windows.map(({ baseStates }) => (baseStates instanceof Float32Array ? baseStates : undefined));
      const ends: { base?: readonly Float32Array<ArrayBuffer>[]; cast?: readonly Float32Array<ArrayBuffer>[] } = {};
      if (known.length > 0 && known.every((each) => each !== undefined)) {
        for (const [at, { tokens, first }] of windows.entries()) checkStates(graph, tokens.length, first, known[at]!);
        ends.base = known;
      }
      const arrive = (): void => {
        if (!ends.base || !ends.cast) return;
        const head = streamedHead(graph, base, cast, windows, { base: ends.base, cast: ends.cast }, headRows);
        start(head.work);
        const kept = ends.base;
        finished = () =>
          head.scores.map((scores, at) => ({
            scores,
            baseStates: windows[at]!.baseStates === 'return' ? kept[at] : undefined,
          }));
      };
      const runCast = function* (from: Activations | undefined): Pausing<void> {
        const { kernels, pass } = cast;
        const x = from
          ? kernels.write(base.kernels.read(from), from.rows, from.columns)
          : yield* embed(graph, pass, batch.tokens, batch.positions);
        for (let n = from ? difference.layer : 0; n < graph.layers.length; n++) {
          yield* layer(graph, n, pass, x, batch.rows, x.rows);
        }
        ends.cast = endStates(graph, cast, x, windows, batch.rows);
        arrive();
      };
      const runBase = function* (): Pausing<void> {
        const { pass } = base;
        const x = yield* embed(graph, pass, batch.tokens, batch.positions);
        const branch = (n: number): void => {
          if (n === difference.layer && !difference.embedding) start(runCast(x));
        };
        for (let n = 0; n < graph.layers.length; n++) {
          branch(n);
          yield* layer(graph, n, pass, x, batch.rows, x.rows);
        }
        ends.base = endStates(graph, base, x, windows, batch.rows);
        branch(graph.layers.length);
        arrive();
      };
      if (windows.length === 0) {
        finished = () => [];
        return;
      }
      if (!ends.base) start(runBase());
      if (ends.base || difference.embedding) start(runCast(undefined));
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
      if (!finished) throw new Error('no batch of windows was begun');
      return finished();
    },
  };
}

/** One of the two models: what a pass over it works with. */
export interface Model {
  readonly kernels: ModelKernels;
  readonly vectors: Map<string, Weight>;
  readonly weights: StreamedWeights;
  readonly pass: Pass;
}

/** Starts the work and runs it to the first matrix that it waits for. */
function runnerOf(work: Pausing<void>): Runner {
  let waiting: string | undefined;
  const go = (): void => {
    let next = work.next();
    while (!next.done && next.value === undefined) next = work.next();
    waiting = next.done ? undefined : next.value;
  };
  go();
  return { waitsFor: () => waiting, go };
}

/** All tokens of a batch, one window behind the other; what fills up is token 0 at position 0. */
function stacked(windows: readonly BatchWindow[]) {
  const rows = stackWindows(windows.map(({ tokens }) => tokens.length));
  const last = rows.at(-1);
  const tokens = new Int32Array(last ? last.first + last.rows : 0);
  const positions = new Int32Array(tokens.length);
  for (const [at, { first }] of rows.entries()) {
    tokens.set(windows[at]!.tokens, first);
    for (let position = 0; position < windows[at]!.tokens.length; position++) positions[first + position] = position;
  }
  return { tokens, positions, rows };
}

/** What the head reads of each window: the residual stream behind the last norm, as BaseStates are. */
function endStates(
  graph: ModelGraph,
  { kernels, pass }: Model,
  x: Activations,
  windows: readonly BatchWindow[],
  rows: readonly WindowRows[],
): readonly Float32Array<ArrayBuffer>[] {
  return windows.map(({ tokens, first }, at) => {
    const begin = firstRow(first);
    const scratch = kernels.mark();
    const count = Math.max(0, tokens.length - 1 - begin);
    const values = kernels.read(states(graph, pass, kernels.rows(x, rows[at]!.first + begin, count)));
    kernels.release(scratch);
    return values;
  });
}
