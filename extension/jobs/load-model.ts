import type { ModelGraph } from '../core/model/graph';
import { partShape, type RequiredTensor } from '../core/model/weights';
import type { Plan, PlannedTensor } from '../core/resolve/plan';
import { weightUses } from '../kernels/model-weight-uses';
import type { ModelPool } from '../worker/model-protocol';
import type { CastSource } from './cast-tensor';
import { baseValues, castValues } from './model-weights';
import { Cancelled, type Progress } from './progress';
import { untilAborted } from './until-aborted';

/** A tensor that the forward pass needs, and what the plan makes of it. */
export interface ModelTensor {
  readonly required: RequiredTensor;
  readonly planned: PlannedTensor;
  readonly changed: boolean;
}

/** The tensors of the graph, each checked against the shape that config.json implies. */
export function modelTensors(graph: ModelGraph, plan: Plan): readonly ModelTensor[] {
  return graph.tensors.map((required) => {
    const { name, shape } = required;
    const planned = plan.byName.get(name);
    if (!planned) throw new Error(`${name}: config.json implies this tensor, but the checkpoint does not hold it`);
    if (planned.tensor.shape.join() === shape.join()) {
      return { required, planned, changed: planned.treatment.kind !== 'keep' };
    }
    throw new Error(
      `${name}: has shape [${planned.tensor.shape.join(', ')}], config.json implies [${shape.join(', ')}]`,
    );
  });
}

/** Loads all weights into the workers; with `baseKnown` only the base's that its head needs. */
export async function* loadModel(
  pool: ModelPool,
  source: CastSource,
  graph: ModelGraph,
  tensors: readonly ModelTensor[],
  baseKnown: boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, void, undefined> {
  for (const [done, { required, planned, changed }] of tensors.entries()) {
    if (signal?.aborted) throw new Cancelled();
    yield { phase: 'loading', done, total: tensors.length, unit: 'tensors', detail: required.name };
    const uses = weightUses(graph, required, changed, baseKnown);
    const { name, shape } = planned.tensor;
    const load = async (): Promise<void> => {
      if (uses.values) await pool.load(name, shape, await baseValues(source, planned, signal), uses.values);
      const cast = uses.cast ? await castValues(source, planned, signal) : undefined;
      if (cast) await pool.load(name, shape, cast, 'cast');
    };
    await untilAborted(load(), signal);
  }
}

/** Loads the tensors of one axis. */
export async function* loadVectors(
  pool: ModelPool,
  source: CastSource,
  tensors: readonly ModelTensor[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Progress, void, undefined> {
  const vectors = tensors.filter(({ required: { shape, parts } }) =>
    parts.every((part) => partShape(shape, part).length === 1),
  );
  for (const [done, { required, planned, changed }] of vectors.entries()) {
    if (signal?.aborted) throw new Cancelled();
    yield { phase: 'loading', done, total: vectors.length, unit: 'tensors', detail: required.name };
    const { name, shape } = planned.tensor;
    const load = async (): Promise<void> => {
      await pool.load(name, shape, await baseValues(source, planned, signal), changed ? 'base' : 'both');
      const cast = await castValues(source, planned, signal);
      if (cast) await pool.load(name, shape, cast, 'cast');
    };
    await untilAborted(load(), signal);
  }
}

/** Loads the base's weights that `loadModel` left out. */
export async function loadBase(
  pool: ModelPool,
  source: CastSource,
  graph: ModelGraph,
  tensors: readonly ModelTensor[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { required, planned, changed } of tensors) {
    if (weightUses(graph, required, changed, true).values) continue;
    await pool.load(required.name, required.shape, await baseValues(source, planned, signal), 'base');
  }
}
