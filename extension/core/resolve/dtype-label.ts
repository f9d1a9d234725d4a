import type { Cast } from '../formats/format';
import { printGranularity } from '../policy/read/scale';
import { dtypeAfter } from './dtype-after';
import type { PlannedTensor } from './plan';

/** The dtype a tensor will have with its scale, as a message says it: `int4 group 128`, `bf16`. */
export function dtypeLabel(planned: Pick<PlannedTensor, 'tensor' | 'treatment'>): string {
  const { treatment } = planned;
  return treatment.kind === 'keep' ? dtypeAfter(planned) : castLabel(treatment.cast);
}

export function castLabel({ format, scale }: Pick<Cast, 'format' | 'scale'>): string {
  return scale.kind === 'none' ? format : `${format} ${printGranularity(scale)}`;
}

/** `a`, `a and 1 more`, `a and 4 more`: the first name stands for the rest. */
export function firstOf(names: readonly string[], count = names.length): string {
  return count > 1 ? `${names[0]!} and ${count - 1} more` : (names[0] ?? '');
}
