import type { PlannedTensor } from './plan';

/** The dtype a planned tensor will have, as a policy names it: a format id, or the source's own in lower case. */
export function dtypeAfter({ treatment, tensor }: Pick<PlannedTensor, 'tensor' | 'treatment'>): string {
  return treatment.kind === 'cast' ? treatment.cast.format : tensor.dtype.toLowerCase();
}
