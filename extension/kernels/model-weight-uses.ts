import type { ModelGraph } from '../core/model/graph';
import type { RequiredTensor } from '../core/model/weights';
import type { WeightUse } from './model-session';

/** How a tensor must be loaded. */
export interface WeightUses {
  /** For whom its values as they are. */
  readonly values: WeightUse | undefined;
  /** Whether its cast values too. */
  readonly cast: boolean;
}

/**
 * `changed`: whether it is cast. `baseKnown`: whether all windows come with base states, so that of the base only the
 * head is run.
 */
export function weightUses(
  graph: ModelGraph,
  tensor: RequiredTensor,
  changed: boolean,
  baseKnown: boolean,
): WeightUses {
  if (!changed) return { values: 'both', cast: false };
  const { weight, bias } = graph.head.linear;
  const inHead = tensor.parts.some(({ as }) => as === weight || as === bias);
  return { values: baseKnown && !inHead ? undefined : 'base', cast: true };
}
