import type { CreateDigest } from '../core/digest';
import type { EvaluationReport, Scoring } from '../core/evaluate/report';
import { simulatedOf } from '../core/evaluate/rounding-of';
import { createRunning, runningDetail, type RunningFigures } from '../core/evaluate/running';
import { summarize } from '../core/evaluate/summarize';
import type { Tokenize } from '../core/evaluate/tokenize';
import { windowScores, type WindowScores } from '../core/evaluate/window-scores';
import { cutWindows } from '../core/evaluate/windows';
import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import type { Plan } from '../core/resolve/plan';
import type { ModelPool } from '../worker/model-protocol';
import { openBaseStore, type BaseCaching } from './base-store';
import type { CastSource } from './cast-tensor';
import { fusedRangeOf } from './fused-range';
import { loadBase, loadModel, modelTensors } from './load-model';
import { memoryNeed } from './memory-need';
import { inOrder } from './pipeline';
import { Cancelled, type Progress } from './progress';
import { untilAborted } from './until-aborted';

/** What a pool of workers must be able to do. */
export interface PoolNeed {
  readonly graph: ModelGraph;
  /** Tokens a window. */
  readonly context: number;
  /** Of the cast model. */
  readonly rounding: Rounding | undefined;
  /** Of memory, in each worker. */
  readonly bytes: number;
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
  const bytes = memoryNeed({ graph, changed, context, rounding, baseKnown }, request.memory);
  const scores: WindowScores[] = [];
  const pool = await startPool(request, { graph, context, rounding, bytes });
  // Aborting ends the workers at once, so that a cancel never waits for a window.
  const stop = (): void => void pool.dispose();
  signal?.addEventListener('abort', stop);
  let cachedWindows = 0;
  try {
    if (signal?.aborted) throw new Cancelled();
    yield* loadModel(pool, source, graph, tensors, baseKnown, signal);
    const lateBase = once(() => loadBase(pool, source, graph, tensors, signal));
    const score = async (at: number): Promise<Scored> => {
      const { tokens, first } = windows[at]!;
      const known = await store?.get(at);
      // An entry that was there is there no more.
      if (baseKnown && !known) await lateBase();
      const { scores: figures, baseStates } = await pool.score(tokens, first, known ?? (store && 'return'));
      if (baseStates) await store?.put(at, baseStates);
      return { figures, cached: known !== undefined };
    };
    const progress = { phase: 'evaluating', total: windows.length, unit: 'windows' } as const;
    yield { ...progress, done: 0, detail: '' };
    const take = createRunning();
    for await (const { figures, cached } of inOrder(tasks(windows.length, score, signal), pool.size + 1)) {
      const scored = windowScores(figures, scores.length);
      scores.push(scored);
      request.onWindow?.(scored);
      if (cached) cachedWindows++;
      const running = take(scored);
      yield { ...progress, done: scores.length, detail: runningDetail(running, windows.length), running };
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
    if (scores.length === 0) throw new Cancelled();
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.dispose();
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

/** Figures of a window, and whether the base's part came from the cache. */
interface Scored {
  readonly figures: Float64Array;
  readonly cached: boolean;
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

async function* tasks(
  count: number,
  score: (at: number) => Promise<Scored>,
  signal: AbortSignal | undefined,
): AsyncGenerator<() => Promise<Scored>> {
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

function digestOf(createDigest: CreateDigest, text: string): string {
  const digest = createDigest();
  digest.update(new TextEncoder().encode(text));
  return digest.hex();
}
