import type { CreateDigest } from '../core/digest';
import type { EvaluationReport, Scoring } from '../core/evaluate/report';
import { summarize } from '../core/evaluate/summarize';
import type { Tokenize } from '../core/evaluate/tokenize';
import { windowScores, type WindowScores } from '../core/evaluate/window-scores';
import { cutWindows } from '../core/evaluate/windows';
import type { ModelGraph } from '../core/model/graph';
import type { Plan, PlannedTensor } from '../core/resolve/plan';
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
  /** Starts the workers; the job ends them, also when it fails or is cancelled. */
  readonly startPool: (graph: ModelGraph, context: number) => Promise<ModelPool>;
  readonly createDigest: CreateDigest;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly signal?: AbortSignal;
}

/**
 * Measures what the plan costs: perplexity of the base and of the cast model, and how far apart their predictions
 * are, over the same windows of a text (docs/evaluation.md). The cast happens in memory; nothing is written.
 */
export async function* evaluate(request: EvaluateRequest): AsyncGenerator<Progress, EvaluationReport, undefined> {
  const { graph, plan, signal } = request;
  const started = request.now();
  const required = requiredTensors(graph, plan);
  const tokens = request.tokenize(request.text.content);
  const windows = cutWindows(tokens, request.context, request.windows, request.scoring);
  const pool = await request.startPool(graph, request.context);
  // Aborting ends the workers at once, so that a cancel never waits for a window.
  const stop = (): void => void pool.dispose();
  signal?.addEventListener('abort', stop);
  try {
    let loaded = 0;
    for (const planned of required) {
      if (signal?.aborted) throw new Cancelled();
      yield { phase: 'loading', done: loaded, total: required.length, unit: 'tensors', detail: planned.tensor.name };
      await load(pool, request.source, planned, signal);
      loaded++;
    }
    const scores: WindowScores[] = [];
    const tasks = async function* (): AsyncGenerator<() => Promise<Float64Array>> {
      for (const window of windows) {
        if (signal?.aborted) throw new Cancelled();
        yield await Promise.resolve(() => pool.score(window.tokens, window.first));
      }
    };
    const figures = { phase: 'evaluating', total: windows.length, unit: 'windows' } as const;
    yield { ...figures, done: 0, detail: '' };
    for await (const interleaved of inOrder(tasks(), pool.size + 1)) {
      scores.push(windowScores(interleaved));
      const { base, cast } = summarize(scores);
      const detail = `perplexity ${base.value.toFixed(3)} -> ${cast.value.toFixed(3)}`;
      yield { ...figures, done: scores.length, detail };
    }
    return {
      measurement: {
        scoring: request.scoring,
        context: request.context,
        windows: windows.length,
        tokensScored: scores.reduce((sum, { kl }) => sum + kl.length, 0),
        text: request.text.name,
        textDigest: digestOf(request.createDigest, request.text.content),
      },
      ...summarize(scores),
      seconds: (request.now() - started) / 1000,
    };
  } catch (error) {
    if (signal?.aborted) throw new Cancelled();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.dispose();
  }
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
