import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import { modelKernels, type ModelKernels } from './model';
import type { ModelExports } from './model-exports';
import { LOAD_BYTES, matrixBytes } from './model-load';
import { createRehearsalArena } from './model-memory';
import { createModelSession } from './model-session';
import { baseStateCount } from './model-states';
import { weightUses } from './model-weight-uses';

/** Static data of the module and what alignment costs. */
const SLACK = 1 << 20;

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
  const arena = createRehearsalArena();
  const nothing = new Float32Array(0);
  const kernels: ModelKernels = {
    ...modelKernels(IDLE, arena),
    loadMatrix: (_, outputs, inputs) => ({
      kind: 'matrix',
      pointer: arena.take(matrixBytes(outputs, inputs)),
      outputs,
      inputs,
    }),
    loadVector: (_, length) => ({ kind: 'vector', pointer: arena.take(length * 4), length }),
  };
  const session = createModelSession(kernels, graph, context, rounding);
  for (const tensor of graph.tensors) {
    const uses = weightUses(graph, tensor, changed.has(tensor.name), baseKnown);
    if (uses.values) session.load(tensor.name, tensor.shape, nothing, uses.values);
    if (uses.cast) session.load(tensor.name, tensor.shape, nothing, 'cast');
  }
  const states = baseKnown ? new Float32Array(baseStateCount(graph, context, 0)) : undefined;
  const work = session.score(new Int32Array(context), 0, states);
  while (!work.next().done);
  return arena.most() + LOAD_BYTES + SLACK;
}

/** Kernels that do nothing. */
const IDLE = new Proxy({}, { get: () => () => 0 }) as ModelExports;
