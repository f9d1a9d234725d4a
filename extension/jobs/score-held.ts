import type { Window } from '../core/evaluate/windows';
import { windowScores } from '../core/evaluate/window-scores';
import type { ModelGraph } from '../core/model/graph';
import type { ModelPool } from '../worker/model-protocol';
import type { BaseStore } from './base-store';
import type { CastSource } from './cast-tensor';
import { loadBase, loadModel, type ModelTensor } from './load-model';
import { inOrder } from './pipeline';
import { Cancelled } from './progress';
import type { ScoringEvent } from './scored-window';

export interface Scoring {
  readonly pool: ModelPool;
  readonly source: CastSource;
  readonly graph: ModelGraph;
  readonly tensors: readonly ModelTensor[];
  readonly windows: readonly Window[];
  readonly store: BaseStore | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Scores windows with workers that hold all weights: loads these first, then each window goes to one worker. */
export async function* scoreHeld(scoring: Scoring): AsyncGenerator<ScoringEvent, void, undefined> {
  const { pool, source, graph, tensors, windows, store, signal } = scoring;
  const baseKnown = store?.complete ?? false;
  for await (const progress of loadModel(pool, source, graph, tensors, baseKnown, signal)) {
    yield { kind: 'progress', progress };
  }
  const lateBase = once(() => loadBase(pool, source, graph, tensors, signal));
  const score = async (at: number): Promise<ScoringEvent> => {
    const { tokens, first } = windows[at]!;
    const known = await store?.get(at);
    // An entry that was there is there no more.
    if (baseKnown && !known) await lateBase();
    const { scores, baseStates } = await pool.score(tokens, first, known ?? (store && 'return'));
    if (baseStates) await store?.put(at, baseStates);
    return { kind: 'scored', scores: windowScores(scores, at), cached: known !== undefined };
  };
  const total = windows.length;
  yield { kind: 'progress', progress: { phase: 'evaluating', done: 0, total, unit: 'windows', detail: '' } };
  yield* inOrder(tasks(total, score, signal), pool.size + 1);
}

async function* tasks<T>(
  count: number,
  score: (at: number) => Promise<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<() => Promise<T>> {
  for (let at = 0; at < count; at++) {
    if (signal?.aborted) throw new Cancelled();
    yield await Promise.resolve(() => score(at));
  }
}

/** The same promise for all who ask. */
function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => (begun ??= work());
}
