import type { Rounding } from '../core/model/blocks/linear';
import type { ModelGraph } from '../core/model/graph';
import { matrixOrder } from '../core/model/matrix-order';
import { partShape } from '../core/model/weights';
import { LOAD_BYTES } from './model-load';
import { rehearsalKernels, withDistinctLayers } from './model-rehearsal';
import { SCORED_AT_ONCE } from './model-scores';
import { SLACK } from './model-size';
import { headTimes } from './streamed-head';
import { createStreamedSession } from './streamed-session';

/** Elements of a matrix that pass at a time: 16 MiB, a few milliseconds to decode, and far more to multiply with. */
export const PASSING = 1 << 22;

/** Bytes of logits that are held at a time, of base and cast each. */
const LOGIT_BYTES = 1 << 28;

/** Rows of a matrix that pass at a time, a multiple of 8. */
export function passingRows(inputs: number, elements = PASSING): number {
  return Math.max(8, Math.floor(elements / inputs / 8) * 8);
}

/** Positions whose logits are held at a time, a multiple of what is scored at a time. */
export function headRowsOf({ vocabulary }: ModelGraph): number {
  return Math.max(1, Math.floor(LOGIT_BYTES / (vocabulary * 4) / SCORED_AT_ONCE)) * SCORED_AT_ONCE;
}

export interface StreamedNeed {
  readonly graph: ModelGraph;
  /** Tokens a window. */
  readonly context: number;
  readonly rounding?: Rounding | undefined;
  /** Of one worker, in a batch. */
  readonly windows: number;
}

/** Bytes of a worker's two memories. */
export interface StreamedBytes {
  readonly base: number;
  readonly cast: number;
}

/** What a worker needs while matrices pass by, found by going through a batch without a memory. */
export function streamedBytes({ graph, context, rounding, windows }: StreamedNeed): StreamedBytes {
  const memories = { base: rehearsalKernels(), cast: rehearsalKernels() };
  const headRows = headRowsOf(graph);
  const distinct = withDistinctLayers(graph);
  const difference = { embedding: true, layer: 0 };
  const session = createStreamedSession(memories, { graph: distinct, context, rounding, difference, headRows });
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape, parts } of graph.tensors) {
    for (const part of parts) shapes.set(part.as, partShape(shape, part));
    if (parts.every((part) => partShape(shape, part).length === 1)) {
      session.load(name, shape, new Float32Array(shape[0]!), 'both');
    }
  }
  const zeros = new Float32Array(Math.max(PASSING, ...[...shapes.values()].map(([, inputs = 0]) => inputs * 8)));
  const pass = (name: string): void => {
    const [outputs, inputs] = shapes.get(name) as [number, number];
    const run = passingRows(inputs);
    for (let first = 0; first < outputs; first += run) {
      const base = zeros.subarray(0, Math.min(run, outputs - first) * inputs);
      session.pass({ name, first, base, cast: undefined });
    }
  };
  // The head takes no more room for more positions.
  const first = Math.max(0, context - 1 - headRows);
  const window = { tokens: new Int32Array(context), first, baseStates: undefined };
  session.begin(Array.from({ length: windows }, () => window));
  const { embedding, layers, head } = matrixOrder(distinct);
  for (const name of [...embedding, ...layers.flat()]) pass(name);
  for (let time = headTimes(windows * (context - first), headRows); time > 0; time--) pass(head);
  session.finish();
  const taken = (most: number): number => most + LOAD_BYTES + SLACK;
  return { base: taken(memories.base.most()), cast: taken(memories.cast.most()) };
}
