import { firstDifference } from '../../extension/core/model/first-difference';
import type { Rounding } from '../../extension/core/model/blocks/linear';
import type { ModelGraph } from '../../extension/core/model/graph';
import { matrixOrder } from '../../extension/core/model/matrix-order';
import { partShape, partValues } from '../../extension/core/model/weights';
import { headTimes } from '../../extension/kernels/streamed-head';
import type { BatchWindow } from '../../extension/kernels/streamed-batch';
import { createStreamedSession } from '../../extension/kernels/streamed-session';
import type { ScoredWindow } from '../../extension/kernels/model-states';
import { modelKernels } from './model-kernels';

export interface StreamedRun {
  readonly graph: ModelGraph;
  readonly context: number;
  /** Names of the tensors that are cast. */
  readonly changed: readonly string[];
  readonly values: (name: string, cast: boolean) => Float32Array;
  readonly rounding?: Rounding | undefined;
  /** Rows of a matrix that pass at a time. */
  readonly rowsAtOnce: number;
  readonly headRows: number;
}

/** Scores batches of windows while the matrices of all of them pass by. */
export function scoreStreamed(run: StreamedRun, batches: readonly (readonly BatchWindow[])[]): readonly ScoredWindow[] {
  const { graph, context, changed, values, rounding, rowsAtOnce, headRows } = run;
  const difference = firstDifference(graph, new Set(changed), rounding);
  const memories = { base: modelKernels(), cast: modelKernels() };
  const session = createStreamedSession(memories, { graph, context, rounding, difference, headRows });
  const parts = new Map(graph.tensors.flatMap((tensor) => tensor.parts.map((part) => [part.as, { tensor, part }])));
  for (const { name, shape, parts: each } of graph.tensors) {
    if (partShape(shape, each[0]!).length > 1) continue;
    session.load(name, shape, values(name, false), 'both');
    if (changed.includes(name)) session.load(name, shape, values(name, true), 'cast');
  }
  const pass = (name: string): void => {
    const { tensor, part } = parts.get(name)!;
    const [outputs, inputs] = partShape(tensor.shape, part) as [number, number];
    const base = partValues(values(tensor.name, false), tensor.shape, part);
    const cast = partValues(values(tensor.name, changed.includes(tensor.name)), tensor.shape, part);
    for (let first = 0; first < outputs; first += rowsAtOnce) {
      const cut = (all: Float32Array) => all.slice(first * inputs, Math.min(outputs, first + rowsAtOnce) * inputs);
      session.pass({ name, first, base: cut(base), cast: changed.includes(tensor.name) ? cut(cast) : undefined });
    }
  };
  const { embedding, layers, head } = matrixOrder(graph);
  return batches.flatMap((windows) => {
    session.begin(windows);
    for (const name of [...embedding, ...layers.flat()]) pass(name);
    const positions = windows.reduce((sum, { tokens }) => sum + tokens.length, 0);
    for (let time = 0; time < headTimes(positions, headRows); time++) pass(head);
    return session.finish();
  });
}
