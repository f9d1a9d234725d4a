import type { FirstDifference } from '../core/model/first-difference';
import { embed, layer, states } from '../core/model/forward';
import type { ModelGraph } from '../core/model/graph';
import type { Activations } from '../core/model/ops';
import type { Pausing } from '../core/model/pausing';
import { stackWindows, type WindowRows } from '../core/model/window-rows';
import { firstRow, type BaseStates, type BaseStream, type ScoredWindow } from './model-states';
import { streamedHead } from './streamed-head';
import type { StreamedModel } from './streamed-model';

/** A window of a batch. */
export interface BatchWindow {
  readonly tokens: Int32Array<ArrayBuffer>;
  /** The first position that is scored. */
  readonly first: number;
  /** Known for all windows of a batch, or for none. */
  readonly baseStates: BaseStates;
  /** Where the cast goes on when base states are known; of the same layer for all windows of a batch, or for none. */
  readonly from?: BaseStream | undefined;
  /** Layers before which the base's stream is wanted; the same for all windows of a batch. */
  readonly keep?: readonly number[];
}

/** Two models and what is known of them. */
export interface StreamedPair {
  readonly graph: ModelGraph;
  readonly base: StreamedModel;
  readonly cast: StreamedModel;
  readonly difference: FirstDifference;
  /** Positions whose logits are held at a time. */
  readonly headRows: number;
}

/**
 * The passes that a batch, of one window at least, is made of. Each is given to `start` as soon as it can begin: that of
 * the cast where it parts from the base, that of the head when both have come to it. `finish` gets the figures.
 */
export function startBatch(
  pair: StreamedPair,
  windows: readonly BatchWindow[],
  start: (work: Pausing<void>) => void,
  finish: (scored: () => readonly ScoredWindow[]) => void,
): void {
  const { graph, base, cast, difference, headRows } = pair;
  const layers = graph.layers.length;
  const rows = stackWindows(windows.map(({ tokens }) => tokens.length));
  const ends: { base?: EndStates; cast?: EndStates } = {};
  const streams: BaseStream[][] = windows.map(() => []);

  const arrive = (): void => {
    if (!ends.base || !ends.cast) return;
    const { base: baseEnds, cast: castEnds } = ends;
    const head = streamedHead(graph, base, cast, windows, { base: baseEnds, cast: castEnds }, headRows);
    start(head.work);
    const statesOf = (at: number) => (windows[at]!.baseStates === 'return' ? baseEnds[at] : undefined);
    finish(() =>
      head.scores.map((scores, at) => ({
        scores,
        baseStates: statesOf(at),
        ...(streams[at]!.length > 0 ? { streams: streams[at]! } : {}),
      })),
    );
  };
  const runLayers = function* ({ pass }: StreamedModel, x: Activations, first: number, see: (n: number) => void) {
    for (let n = first; n < layers; n++) {
      see(n);
      yield* layer(graph, n, pass, x, rows, x.rows);
    }
  };
  const runCast = function* (begin: () => Pausing<Activations>, first: number): Pausing<void> {
    const x = yield* begin();
    yield* runLayers(cast, x, first, () => undefined);
    ends.cast = endStates(graph, cast, x, windows, rows);
    arrive();
  };
  const embedded = (model: StreamedModel) => () => embed(graph, model.pass, ...stackTokens(windows, rows));
  const runBase = function* (): Pausing<void> {
    const { kernels } = base;
    const x = yield* embedded(base)();
    const see = (n: number): void => {
      if (n === difference.layer && !difference.embedding) {
        start(runCast(() => written(cast, kernels.read(x), graph.hidden), n));
      }
      for (const [at, { first, rows: count }] of rows.entries()) {
        if (!windows[at]!.keep?.includes(n)) continue;
        streams[at]!.push({ layer: n, values: kernels.read(kernels.rows(x, first, count)) });
      }
    };
    yield* runLayers(base, x, 0, see);
    ends.base = endStates(graph, base, x, windows, rows);
    see(layers);
    arrive();
  };

  const known = windows.flatMap(({ baseStates }) => (baseStates instanceof Float32Array ? [baseStates] : []));
  if (known.length < windows.length) {
    start(runBase());
    if (difference.embedding) start(runCast(embedded(cast), 0));
    return;
  }
  ends.base = known;
  const from = windows[0]?.from;
  if (!from) {
    start(runCast(embedded(cast), 0));
    return;
  }
  start(runCast(() => written(cast, stackStreams(windows, rows, graph.hidden), graph.hidden), from.layer));
}

/** What the head reads of each window, as BaseStates are. */
type EndStates = readonly Float32Array<ArrayBuffer>[];

function endStates(
  graph: ModelGraph,
  { kernels, pass }: StreamedModel,
  x: Activations,
  windows: readonly BatchWindow[],
  rows: readonly WindowRows[],
): EndStates {
  return windows.map(({ tokens, first }, at) => {
    const begin = firstRow(first);
    const scratch = kernels.mark();
    const count = Math.max(0, tokens.length - 1 - begin);
    const values = kernels.read(states(graph, pass, kernels.rows(x, rows[at]!.first + begin, count)));
    kernels.release(scratch);
    return values;
  });
}

/** A stream put into a model's memory. */
function* written({ kernels }: StreamedModel, values: Float32Array, hidden: number): Pausing<Activations> {
  return kernels.write(values, values.length / hidden, hidden);
}

/** Rows of all windows, one behind the other. */
function totalRows(rows: readonly WindowRows[]): number {
  const last = rows.at(-1);
  return last ? last.first + last.rows : 0;
}

/** Tokens of all windows and their positions; what fills up is token 0 at position 0. */
function stackTokens(windows: readonly BatchWindow[], rows: readonly WindowRows[]): [Int32Array, Int32Array] {
  const tokens = new Int32Array(totalRows(rows));
  const positions = new Int32Array(tokens.length);
  for (const [at, { first, rows: count }] of rows.entries()) {
    tokens.set(windows[at]!.tokens, first);
    for (let position = 0; position < count; position++) positions[first + position] = position;
  }
  return [tokens, positions];
}

function stackStreams(windows: readonly BatchWindow[], rows: readonly WindowRows[], hidden: number): Float32Array {
  const all = new Float32Array(totalRows(rows) * hidden);
  for (const [at, { first }] of rows.entries()) {
    const { from } = windows[at]!;
    if (from) all.set(from.values, first * hidden);
  }
  return all;
}
