import type { ModelGraph } from '../core/model/graph';
import { modelKernels, type ModelKernels } from './model';
import type { ModelExports } from './model-exports';
import { LOAD_BYTES, matrixBytes } from './model-load';
import { createRehearsalArena } from './model-memory';
import { createModelSession } from './model-session';

/** Static data of the module and what alignment costs. */
const SLACK = 1 << 20;

/**
 * Bytes one worker needs to evaluate: base weights, those of the cast that differ, and what a window of `context`
 * tokens takes. All float32. Found by going through all of it without a memory, with routers that send every token to
 * the same experts.
 */
export function modelBytes(graph: ModelGraph, changed: ReadonlySet<string>, context: number): number {
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
  const session = createModelSession(kernels, graph, context);
  for (const { name, shape } of graph.tensors) {
    session.load(name, shape, nothing, changed.has(name) ? 'base' : 'both');
    if (changed.has(name)) session.load(name, shape, nothing, 'cast');
  }
  const work = session.score(new Int32Array(context), 0);
  while (!work.next().done);
  return arena.most() + LOAD_BYTES + SLACK;
}

/** Kernels that do nothing. */
const IDLE = new Proxy({}, { get: () => () => 0 }) as ModelExports;
