import { formatBytes } from '../core/byte-size';
import type { CreateDigest } from '../core/digest';
import type { EvaluationReport, Scoring } from '../core/evaluate/report';
import { createRunning, type RunningFigures } from '../core/evaluate/running';
import { summarize } from '../core/evaluate/summarize';
import type { Tokenize } from '../core/evaluate/tokenize';
import { windowScores, type WindowScores } from '../core/evaluate/window-scores';
import { cutWindows, type Window } from '../core/evaluate/windows';
import type { ModelGraph } from '../core/model/graph';
import type { Plan, PlannedTensor } from '../core/resolve/plan';
import { MODEL_MEMORY_LIMIT } from '../kernels/model-memory';
import { modelBytes } from '../kernels/model-size';
import type { ModelPool } from '../worker/model-protocol';
import type { CastSource } from './cast-tensor';
import { baseValues, castValues } from './model-weights';
import { inOrder } from './pipeline';
import { Cancelled, type Progress } from './progress';

export interface EvaluateRequest {
  readonly graph: ModelGraph;
  readonly plan: Plan;
  readonly source: CastSource;
  readonly tokenize: Tokenize;
  readonly text: { readonly name: string; readonly content: string };
  readonly context: number;
  /** Windows at most. */
  readonly windows: number;
  readonly scoring: Scoring;
  /** Starts the workers, each of which will need `bytes`; the job ends them, also when it fails or is cancelled. */
  readonly startPool: (graph: ModelGraph, context: number, bytes: number) => Promise<ModelPool>;
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
  const { graph, plan, context, signal } = request;
  const started = request.now();
  const required = requiredTensors(graph, plan);
  const changed = new Set(
    required.filter(({ treatment }) => treatment.kind !== 'keep').map(({ tensor }) => tensor.name),
  );
  const bytes = modelBytes(graph, changed, context);
  refuseTooLarge(bytes);
  const tokens = request.tokenize(request.text.content);
  const windows = cutWindows(tokens, context, request.windows, request.scoring);
  const scores: WindowScores[] = [];
  const pool = await request.startPool(graph, context, bytes);
  // Aborting ends the workers at once, so that a cancel never waits for a window.
  const stop = (): void => void pool.dispose();
  signal?.addEventListener('abort', stop);
  try {
    if (signal?.aborted) throw new Cancelled();
    yield* loadAll(pool, request.source, required, signal);
    yield* scoreAll(pool, windows, scores, signal);
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
      textDigest: digestOf(request.createDigest, request.text.content),
    },
    complete: scores.length === windows.length,
    ...summarize(scores),
    seconds: (request.now() - started) / 1000,
  };
}

async function* loadAll(
  pool: ModelPool,
  source: CastSource,
  required: readonly PlannedTensor[],
  signal: AbortSignal | undefined,
): AsyncGenerator<EvaluateProgress, void, undefined> {
  let loaded = 0;
  for (const planned of required) {
    if (signal?.aborted) throw new Cancelled();
    yield { phase: 'loading', done: loaded, total: required.length, unit: 'tensors', detail: planned.tensor.name };
    await load(pool, source, planned, signal);
    loaded++;
  }
}

/** Scores all windows, in order, and adds each to `scores` as soon as it is there. */
async function* scoreAll(
  pool: ModelPool,
  windows: readonly Window[],
  scores: WindowScores[],
  signal: AbortSignal | undefined,
): AsyncGenerator<EvaluateProgress, void, undefined> {
  const progress = { phase: 'evaluating', total: windows.length, unit: 'windows' } as const;
  const take = createRunning();
  const tasks = async function* (): AsyncGenerator<() => Promise<Float64Array>> {
    for (const window of windows) {
      if (signal?.aborted) throw new Cancelled();
      yield await Promise.resolve(() => pool.score(window.tokens, window.first));
    }
  };
  yield { ...progress, done: 0, detail: '' };
  for await (const figures of inOrder(tasks(), pool.size + 1)) {
    const scored = windowScores(figures, scores.length);
    scores.push(scored);
    const running = take(scored);
    const detail = `perplexity ${running.basePerplexity.toFixed(3)} -> ${running.castPerplexity.toFixed(3)}`;
    yield { ...progress, done: scores.length, detail, running };
  }
}

function refuseTooLarge(bytes: number): void {
  if (bytes <= MODEL_MEMORY_LIMIT) return;
  throw new Error(
    `evaluating this model takes ${formatBytes(bytes)} of memory in a worker, which can have ` +
      `${formatBytes(MODEL_MEMORY_LIMIT)} at most; a smaller context helps only if the weights themselves fit`,
  );
}

/** The planned tensors that the forward pass needs, each checked against the shape that config.json implies. */
function requiredTensors(graph: ModelGraph, plan: Plan): readonly PlannedTensor[] {
  return graph.tensors.map(({ name, shape }) => {
    const planned = plan.byName.get(name);
    if (!planned) throw new Error(`${name}: config.json implies this tensor, but the checkpoint does not hold it`);
    if (planned.tensor.shape.join() === shape.join()) return planned;
    throw new Error(
      `${name}: has shape [${planned.tensor.shape.join(', ')}], config.json implies [${shape.join(', ')}]`,
    );
  });
}

async function load(
  pool: ModelPool,
  source: CastSource,
  planned: PlannedTensor,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, shape } = planned.tensor;
  const cast = await castValues(source, planned, signal);
  await pool.load(name, shape, await baseValues(source, planned, signal), cast ? 'base' : 'both');
  if (cast) await pool.load(name, shape, cast, 'cast');
}

function digestOf(createDigest: CreateDigest, text: string): string {
  const digest = createDigest();
  digest.update(new TextEncoder().encode(text));
  return digest.hex();
}
