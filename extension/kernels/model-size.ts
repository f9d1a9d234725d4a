import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import { LOAD_BYTES } from './model-load';
import { rehearsalKernels, withDistinctLayers } from './model-rehearsal';
import { createModelSession } from './model-session';
import { baseStateCount } from './model-states';
import { weightUses } from './model-weight-uses';

/** Static data of the module and what alignment costs. */
export const SLACK = 1 << 20;

/** What the need for memory depends on. */
export interface ModelNeed {
  readonly graph: ModelGraph;
  /** Names of the tensors that are cast. */
  readonly changed: ReadonlySet<string>;
  /** Tokens a window. */
  readonly context: number;
  readonly rounding?: Rounding | undefined;
  /** Whether all windows come with the base's states, so that the base's layers are not loaded. */
  readonly baseKnown?: boolean;
}

/**
 * Bytes one worker needs to evaluate: base weights, those of the cast that differ, and what a window of `context`
 * tokens takes. All float32. Found by going through all of it without a memory, with routers that send every token to
 * the same experts.
 */
export function modelBytes({ graph, changed, context, rounding, baseKnown = false }: ModelNeed): number {
  const nothing = new Float32Array(0);
  const kernels = rehearsalKernels();
  const session = createModelSession(kernels, withDistinctLayers(graph), context, rounding);
  for (const tensor of graph.tensors) {
    const uses = weightUses(graph, tensor, changed.has(tensor.name), baseKnown);
    if (uses.values) session.load(tensor.name, tensor.shape, nothing, uses.values);
    if (uses.cast) session.load(tensor.name, tensor.shape, nothing, 'cast');
  }
  const states = baseKnown ? new Float32Array(baseStateCount(graph, context, 0)) : undefined;
  const work = session.score(new Int32Array(context), 0, states);
  while (!work.next().done);
  return kernels.most() + LOAD_BYTES + SLACK;
}
