import type { EvaluationReport } from './report';

/** A limit on the growth of perplexity and whether it was kept; all in percent. */
export interface Gate {
  readonly maxPerplexityIncrease: number;
  readonly measured: number;
  readonly passed: boolean;
}

/**
 * What a report says about a limit in percent. Undefined without a limit, and for an evaluation that was stopped
 * early: what it measured so far passes no gate.
 */
export function gateOf(report: EvaluationReport, limit: number | undefined): Gate | undefined {
  if (limit === undefined || !report.complete) return undefined;
  const measured = (report.divergence.perplexityRatio - 1) * 100;
  return { maxPerplexityIncrease: limit, measured, passed: measured <= limit };
}

/** `budget.perplexity`, a fraction, in percent without the dust of binary fractions. */
export function budgetLimit(rise: number | undefined): number | undefined {
  return rise === undefined ? undefined : Number((rise * 100).toPrecision(12));
}

/** `+1.24%, allowed +1%: FAILED`. */
export function gateText({ measured, maxPerplexityIncrease, passed }: Gate): string {
  const signed = (percent: string): string => (percent.startsWith('-') ? percent : `+${percent}`);
  return `${signed(measured.toFixed(2))}%, allowed ${signed(String(maxPerplexityIncrease))}%: ${passed ? 'passed' : 'FAILED'}`;
}
