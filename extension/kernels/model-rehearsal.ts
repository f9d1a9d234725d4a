import type { ModelGraph } from '../core/model/graph';
import { partShape } from '../core/model/weights';
import { modelKernels, type ModelKernels } from './model';
import { allocator, padded } from './model-activations';
import type { ModelExports } from './model-exports';
import { matrixBytes } from './model-load';
import { createRehearsalArena } from './model-memory';

/** Kernels that compute nothing and only tell how much memory they would have taken, at most. */
export function rehearsalKernels(): ModelKernels & { readonly most: () => number } {
  const arena = createRehearsalArena();
  const activations = allocator(arena);
  return {
    ...modelKernels(IDLE, arena),
    most: arena.most,
    rotaryTable(positions, frequencies) {
      const bytes = padded(positions) * frequencies.length * 4;
      return { cosines: arena.take(bytes), sines: arena.take(bytes), size: frequencies.length * 2 };
    },
    zeros: activations,
    append: () => undefined,
    copy: (x) => activations(x.rows, x.columns),
    read: (x) => new Float32Array(x.rows * x.columns),
    write: (_, rows, columns) => activations(rows, columns),
    loadMatrix: (_, outputs, inputs) => ({
      kind: 'matrix',
      pointer: arena.take(matrixBytes(outputs, inputs)),
      outputs,
      inputs,
    }),
    loadVector: (_, length) => ({ kind: 'vector', pointer: arena.take(length * 4), length }),
  };
}

/** The graph with only those of its layers that differ in more than the names of their weights. */
export function withDistinctLayers(graph: ModelGraph): ModelGraph {
  const shapes = new Map(
    graph.tensors.flatMap(({ shape, parts }) => parts.map((part) => [part.as, partShape(shape, part).join()])),
  );
  const byForm = new Map(
    graph.layers.map((layer) => [
      JSON.stringify(layer, (_, value: unknown) => (typeof value === 'string' ? (shapes.get(value) ?? value) : value)),
      layer,
    ]),
  );
  return { ...graph, layers: [...byForm.values()] };
}

const IDLE = new Proxy({}, { get: () => () => 0 }) as ModelExports;
