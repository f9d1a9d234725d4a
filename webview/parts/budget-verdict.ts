import { gateOf } from '../../extension/core/evaluate/gate';
import type { EvaluationReport } from '../../extension/core/evaluate/report';
import type { BudgetLimits } from '../state';

/** What the policy's budget says of a figure. */
export interface BudgetVerdict {
  readonly text: string;
  readonly kept: boolean;
}

/** Of a figure that may be as large as a limit; undefined without one. */
export function limitVerdict(
  value: number,
  limit: number | null,
  format: (value: number) => string,
): BudgetVerdict | undefined {
  if (limit === null) return undefined;
  const kept = value <= limit;
  return { text: `${kept ? 'within' : 'over'} the budget of ${format(limit)}`, kept };
}

/** Of the rise of perplexity; undefined without a limit, and for an evaluation that was stopped early. */
export function perplexityVerdict(
  report: EvaluationReport,
  { perplexityIncrease }: BudgetLimits,
): BudgetVerdict | undefined {
  const gate = gateOf(report, perplexityIncrease ?? undefined);
  if (!gate) return undefined;
  const { measured, maxPerplexityIncrease, passed } = gate;
  const verdict = passed ? 'within' : 'over';
  return { text: `${percent(measured)}, ${verdict} the budget of ${percent(maxPerplexityIncrease)}`, kept: passed };
}

/** `+1.24%`, with its sign and at most two decimals. */
export function percent(value: number): string {
  return `${value < 0 ? '' : '+'}${Number(value.toFixed(2))}%`;
}
