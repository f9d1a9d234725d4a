import type { CreateDigest } from '../core/digest';
import type { EvaluationReport, Scoring } from '../core/evaluate/report';
import { simulatedOf } from '../core/evaluate/rounding-of';
import { createRunning, runningDetail, type RunningFigures } from '../core/evaluate/running';
import { summarize } from '../core/evaluate/summarize';
import type { Tokenize } from '../core/evaluate/tokenize';
import type { WindowScores } from '../core/evaluate/window-scores';
import { cutWindows, type Window } from '../core/evaluate/windows';
import type { Rounding } from '../core/model/blocks/linear';
import { firstDifference } from '../core/model/first-difference';
import type { ModelGraph } from '../core/model/graph';
import type { Plan } from '../core/resolve/plan';
import { headRowsOf } from '../kernels/streamed-size';
import type { ModelPool, WeightManner } from '../worker/model-protocol';
import { openBaseStore, type BaseCaching } from './base-store';
import type { CastSource } from './cast-tensor';
import { fusedRangeOf } from './fused-range';
import { modelTensors } from './load-model';
import { mannerOf, type Manner } from './memory-need';
import { Cancelled, type Progress } from './progress';
import { scoreHeld } from './score-held';
import { scoreStreamed } from './score-streamed';
import { untilAborted } from './until-aborted';

/** What a pool of workers must be able to do. */
export interface PoolNeed {
  readonly graph: ModelGraph;
  /** Tokens a window. */
  readonly context: number;
  /** Of the cast model. */
  readonly rounding: Rounding | undefined;
  readonly workers: number;
  readonly manner: WeightManner;
}

export interface EvaluateRequest {
  readonly graph: ModelGraph;
  readonly plan: Plan;
  /** What the cast model rounds while it runs (`roundingOf`); nothing without it. */
  readonly rounding?: Rounding | undefined;
  readonly source: CastSource;
  readonly tokenize: Tokenize;
  readonly text: { readonly name: string; readonly content: string };
  readonly context: number;
  /** Windows at most. */
  readonly windows: number;
  readonly scoring: Scoring;
  /** Where the base's part is kept for the next evaluation, and found from the last one. */
  readonly baseCaching?: BaseCaching | undefined;
  /** Bytes that the machine can give to all workers, where that is known. */
  readonly memory?: number | undefined;
  /** How the model is evaluated, where not the memory is to decide. */
  readonly manner?: Manner;
  /** Takes the scores of each window, in their order. */
  readonly onWindow?: (scores: WindowScores) => void;
  /** Starts the workers; the job ends them, also when it fails or is cancelled. */
  readonly startPool: (need: PoolNeed) => Promise<ModelPool>;
  readonly createDigest: CreateDigest;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/** While windows are scored, the figures so far go with the progress. */
export type EvaluateProgress = Progress & { readonly running?: RunningFigures };

/**
 * Measures what the plan costs: perplexity of the base and of the cast model, and how far apart their predictions
 * are, over the same windows of a text (docs/evaluation.md). The cast happens in memory; nothing is written.
 * Aborted before a window was scored, it throws `Cancelled`; after that it returns what was measured so far, with
 * `complete: false`.
 */
export async function* evaluate(
  request: EvaluateRequest,
): AsyncGenerator<EvaluateProgress, EvaluationReport, undefined> {
  const { graph, plan, context, signal, rounding, createDigest } = request;
  const source = { ...request.source, fusedRange: fusedRangeOf(plan) };
  const started = request.now();
  const tensors = modelTensors(graph, plan);
  const windows = cutWindows(request.tokenize(request.text.content), context, request.windows, request.scoring);
  const stored = tensors.map(({ planned }) => planned.tensor);
  const store =
    request.baseCaching &&
    (await untilAborted(
      openBaseStore(request.baseCaching, { graph, context }, stored, windows, source.read, createDigest, signal),
      signal,
    ));
  const baseKnown = store?.complete ?? false;
  const changed = new Set(tensors.filter((tensor) => tensor.changed).map(({ required }) => required.name));
  const need = { graph, changed, context, rounding, baseKnown, windows: windows.length };
  const manner = request.manner ?? mannerOf(need, { workers: source.pool.size, memory: request.memory });
  const headRows = headRowsOf(graph);
  const difference = firstDifference(graph, changed, rounding);
  const scores: WindowScores[] = [];
  const pool = await startPool(request, {
    graph,
    context,
    rounding,
    workers: manner.workers,
    manner: manner.kind === 'held' ? manner : { ...manner, headRows, difference },
  });
  // Aborting ends the workers at once, so that a cancel never waits for a window.
  const stop = (): void => void pool.dispose();
  signal?.addEventListener('abort', stop);
  let cachedWindows = 0;
  try {
    if (signal?.aborted) throw new Cancelled();
    const scoring = { pool, source, graph, tensors, windows, store, signal };
    const events =
      manner.kind === 'held'
        ? scoreHeld(scoring)
        : scoreStreamed({ ...scoring, windowsAtOnce: manner.windows, headRows, difference });
    const take = createRunning();
    let running: RunningFigures | undefined;
    let progress: Progress | undefined;
    for await (const event of events) {
      if (event.kind === 'scored') {
        scores.push(event.scores);
        request.onWindow?.(event.scores);
        if (event.cached) cachedWindows++;
        running = take(event.scores);
      } else {
        progress = event.progress;
      }
      if (progress) yield progressOf(progress, running, scores.length, windows);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    if (scores.length === 0) throw new Cancelled();
  } finally {
    signal?.removeEventListener('abort', stop);
    const ended = pool.dispose();
    // Giving gigabytes of memory back takes its time, which a cancel does not wait for.
    if (signal?.aborted) ended.catch(() => undefined);
    else await ended;
  }
  return {
    measurement: {
      scoring: request.scoring,
      context,
      windows: scores.length,
      tokensScored: scores.reduce((sum, { kl }) => sum + kl.length, 0),
      text: request.text.name,
      textDigest: digestOf(createDigest, request.text.content),
    },
    complete: scores.length === windows.length,
    ...summarize(scores),
    simulated: simulatedOf(rounding),
    cachedWindows,
    seconds: (request.now() - started) / 1000,
  };
}

/** The progress with the figures so far, and where windows are what is counted, with those that are finished. */
function progressOf(
  progress: Progress,
  running: RunningFigures | undefined,
  finished: number,
  windows: readonly Window[],
): EvaluateProgress {
  if (!running) return progress;
  const figures = runningDetail(running, windows.length);
  if (progress.unit === 'windows') return { ...progress, done: finished, detail: figures, running };
  const scored = finished === windows.length ? { done: progress.total } : {};
  return { ...progress, ...scored, detail: `${figures}, ${progress.detail}`, running };
}

/** Starts the workers; when it is cancelled meanwhile, they are ended as soon as they are there. */
async function startPool(
  { startPool: start, signal }: Pick<EvaluateRequest, 'startPool' | 'signal'>,
  need: PoolNeed,
): Promise<ModelPool> {
  const starting = start(need);
  try {
    return await untilAborted(starting, signal);
  } catch (error) {
    starting.then(
      (pool) => pool.dispose(),
      () => undefined,
    );
    throw error;
  }
}

function digestOf(createDigest: CreateDigest, text: string): string {
  const digest = createDigest();
  digest.update(new TextEncoder().encode(text));
  return digest.hex();
}
