import type { ModelGraph } from '../core/model/graph';

/** Positions whose logits over the vocabulary are held at a time, for base and cast: bounds memory. */
export const SCORED_AT_ONCE = 64;
/** Weights are packed in runs of rows, so that loading takes little more than what is loaded. */
export const LOAD_BYTES = 1 << 22;
/** Static data of the module and what alignment costs. */
const SLACK = 1 << 20;

/**
 * Bytes one worker needs to evaluate: base weights, those of the cast that differ, and what a window of `context`
 * tokens takes. All float32. An upper bound, by a few megabytes.
 */
export function modelBytes(graph: ModelGraph, changed: ReadonlySet<string>, context: number): number {
  const up = (value: number): number => Math.ceil(value / 8) * 8;
  const weights = graph.tensors.reduce((sum, { name, shape }) => {
    const [outputs = 1, inputs] = shape;
    const floats = inputs === undefined ? outputs : up(outputs) * inputs;
    return sum + floats * (changed.has(name) ? 2 : 1);
  }, 0);
  const { hidden, intermediate, heads, kvHeads, headSize, vocabulary } = graph;
  const tokens = up(context);
  const rows = Math.min(tokens, 128);
  const q = heads * headSize;
  const streams = 2 * tokens * hidden;
  const cache = 2 * tokens * kvHeads * headSize;
  const block = rows * (5 * hidden + 4 * q + 2 * kvHeads * headSize + 3 * intermediate) + tokens * 8;
  const head = SCORED_AT_ONCE * (4 * hidden + 2 * vocabulary);
  const floats = weights + tokens * headSize + streams + Math.max(cache + block, head);
  return floats * 4 + LOAD_BYTES + 256 * graph.tensors.length + SLACK;
}
