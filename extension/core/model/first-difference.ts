import type { Rounding } from './blocks/linear';
import type { ModelGraph } from './graph';

/** Up to where a model and its cast compute the same. */
export interface FirstDifference {
  /** Whether their embeddings differ. */
  readonly embedding: boolean;
  /** The first layer that is not run once for both; as many as there are layers when all are. */
  readonly layer: number;
}

/** `changed`: names of the tensors that are cast; `rounding`: what the cast rounds while it runs. */
export function firstDifference(
  graph: ModelGraph,
  changed: ReadonlySet<string>,
  rounding: Rounding | undefined,
): FirstDifference {
  const differing = graph.tensors.filter(
    ({ name, layer, parts }) =>
      changed.has(name) || (layer !== 'before' && parts.some(({ as }) => rounding?.inputs.has(as))),
  );
  const layers = differing.flatMap(({ layer }) => (typeof layer === 'number' ? [layer] : []));
  const embedding = differing.some(({ layer }) => layer === 'before');
  const first = embedding || rounding?.keyValues ? 0 : Math.min(graph.layers.length, ...layers);
  return { embedding, layer: first };
}
