import { windowScores } from '../core/evaluate/window-scores';
import type { FirstDifference } from '../core/model/first-difference';
import { matrixOrder } from '../core/model/matrix-order';
import { firstRow, type BaseStream } from '../kernels/model-states';
import { headTimes } from '../kernels/streamed-head';
import type { BatchWindow } from '../kernels/streamed-batch';
import type { PassingRows } from '../kernels/streamed-session';
import type { BaseStore } from './base-store';
import { batchSizes, evenShares } from './batches';
import { loadVectors } from './load-model';
import { openMatrices } from './passing-rows';
import { inOrder } from './pipeline';
import { Cancelled } from './progress';
import type { Scoring } from './score-held';
import type { ScoringEvent } from './scored-window';
import { untilAborted } from './until-aborted';

export interface StreamedScoring extends Scoring {
  /** Windows a worker in a batch. */
  readonly windowsAtOnce: number;
  /** Positions whose logits a worker holds at a time. */
  readonly headRows: number;
  readonly difference: FirstDifference;
}

/** Scores windows with workers that the matrices pass by, read and cast anew for each batch of windows. */
export async function* scoreStreamed(scoring: StreamedScoring): AsyncGenerator<ScoringEvent, void, undefined> {
  const { pool, source, graph, tensors, windows, store, signal, windowsAtOnce, headRows, difference } = scoring;
  for await (const progress of loadVectors(pool, source, tensors, signal)) yield { kind: 'progress', progress };
  const matrices = openMatrices(source, tensors, signal);
  const order = matrixOrder(graph);
  const tokens = (to: number): number => windows.slice(0, to).reduce((sum, window) => sum + window.tokens.length, 0);
  const sizes = batchSizes(windows.length, windowsAtOnce * pool.size, pool.size);
  let before = 0;
  for (const [number, size] of sizes.entries()) {
    const own = windows.slice(before, before + size);
    const states = await Promise.all(own.map(async (_, at) => store?.get(before + at)));
    // Of a batch all are known or none: the base's weights pass by for one window as for all.
    const known = states.every((each) => each !== undefined);
    const from = known && store ? await sharedStreams(store, before, size, difference) : undefined;
    const batch = own.map((window, at): BatchWindow => {
      if (known) return { ...window, baseStates: states[at], from: from?.[at] };
      return { ...window, ...(store ? { baseStates: 'return', keep: store.streamLayers } : { baseStates: undefined }) };
    });
    const shares = evenShares(batch, pool.size);
    await pool.begin(shares);

    const times = Math.max(...shares.map((share) => headTimes(headPositions(share), headRows)));
    const layers = order.layers.map((names, at) => ({
      label: `layer ${at + 1} of ${order.layers.length}`,
      names,
      base: !known,
    }));
    const steps = [
      ...(from ? [] : [{ label: 'embedding', names: order.embedding, base: !known }]),
      ...layers.slice(from?.[0]?.layer ?? 0),
      { label: 'head', names: Array.from({ length: times }, () => order.head), base: true },
    ];
    const elements = (names: readonly string[]): number =>
      names.reduce((sum, name) => sum + matrices.elements(name), 0);
    const work = steps.reduce((sum, { names }) => sum + elements(names), 0);
    const tasks = async function* (): AsyncGenerator<() => Promise<Passing>> {
      for (const { label, names, base } of steps) {
        for (const run of names.flatMap((name) => matrices.runs(name, base))) {
          if (signal?.aborted) throw new Cancelled();
          yield await Promise.resolve(async () => ({ label, rows: await run() }));
        }
      }
    };
    const [start, end] = [tokens(before), tokens(before + size)];
    let passed = 0;
    for await (const { label, rows } of inOrder(tasks(), source.pool.size + 1)) {
      const done = Math.floor(start + ((end - start) * passed) / work);
      const detail = `${label}, batch ${number + 1} of ${sizes.length}`;
      const total = tokens(windows.length);
      yield { kind: 'progress', progress: { phase: 'evaluating', done, total, unit: 'tokens', detail } };
      await untilAborted(pool.pass(rows), signal);
      passed += (rows.cast ?? rows.base)!.length;
      matrices.giveBack(rows);
    }
    const scored = (await pool.finish()).flat();
    for (const [at, { scores, baseStates, streams = [] }] of scored.entries()) {
      for (const stream of streams) await store?.putStream(before + at, stream);
      if (baseStates) await store?.put(before + at, baseStates);
      yield { kind: 'scored', scores: windowScores(scores, before + at), cached: known };
    }
    before += size;
  }
}

/** Streams of all windows of a batch before the last layer to which base and cast are the same, of those that are kept. */
async function sharedStreams(
  store: BaseStore,
  first: number,
  count: number,
  difference: FirstDifference,
): Promise<readonly BaseStream[] | undefined> {
  if (difference.embedding) return undefined;
  const layers = store.streamLayers.filter((layer) => layer <= difference.layer);
  for (const layer of [...layers].reverse()) {
    const streams: BaseStream[] = [];
    for (let at = first; at < first + count; at++) {
      const stream = await store.getStream(at, layer);
      if (!stream) break;
      streams.push(stream);
    }
    if (streams.length === count) return streams;
  }
  return undefined;
}

interface Passing {
  /** What the rows are part of. */
  readonly label: string;
  readonly rows: PassingRows;
}

/** Positions whose logits are computed. */
function headPositions(windows: readonly BatchWindow[]): number {
  return windows.reduce((sum, { tokens, first }) => sum + Math.max(0, tokens.length - 1 - firstRow(first)), 0);
}
