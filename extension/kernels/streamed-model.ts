import type { Pass, Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import type { Weight } from '../core/model/ops';
import { rotaryFrequencies } from '../core/model/rotary';
import { partShape } from '../core/model/weights';
import type { ModelKernels } from './model';
import { streamedWeights, type StreamedWeights } from './streamed-weights';

/** One of two models whose matrices pass by: what a pass over it works with. */
export interface StreamedModel {
  readonly kernels: ModelKernels;
  readonly vectors: Map<string, Weight>;
  readonly weights: StreamedWeights;
  readonly pass: Pass;
}

export function createStreamedModel(
  kernels: ModelKernels,
  graph: ModelGraph,
  context: number,
  rounding: Rounding | undefined,
): StreamedModel {
  const shapes = new Map<string, readonly [number, number]>();
  for (const { shape, parts } of graph.tensors) {
    for (const part of parts) {
      const [outputs = 1, inputs] = partShape(shape, part);
      if (inputs !== undefined) shapes.set(part.as, [outputs, inputs]);
    }
  }
  const rotaries = graph.rotaries.map((rotary) => {
    const { frequencies, factor } = rotaryFrequencies(rotary, context);
    return kernels.rotaryTable(context, frequencies, factor);
  });
  const vectors = new Map<string, Weight>();
  const weights = streamedWeights(kernels, shapes, vectors);
  return { kernels, vectors, weights, pass: { ops: kernels, weights, rotaries, ...(rounding && { rounding }) } };
}
