import type { CastErrorSums } from '../extension/core/analysis/cast-error';
import { elementCount } from '../extension/core/checkpoint/storage-dtype';
import type { Plan } from '../extension/core/resolve/plan';
import type { ApplyReport } from '../extension/jobs/apply-report';

/**
 * Errors for the heatmap from what "Apply downcast" measured. The report holds one ratio a tensor, not its sums:
 * exact for a cell of one tensor; for several, elements count alike whatever their magnitude.
 */
export function appliedErrors(plan: Plan, report: Pick<ApplyReport, 'tensors'>): ReadonlyMap<string, CastErrorSums> {
  const sums = new Map<string, CastErrorSums>();
  for (const { name, relativeError, saturated, flushed } of report.tensors) {
    const planned = plan.byName.get(name);
    if (!planned || relativeError === null) continue;
    const elements = elementCount(planned.tensor.shape);
    sums.set(name, {
      elements,
      signal: elements,
      noise: elements * relativeError ** 2,
      maxAbsolute: 0,
      saturated,
      flushed,
    });
  }
  return sums;
}
