import { formatBits, formatBytes } from '../../extension/core/byte-size';
import type { EvaluationReport, Interval } from '../../extension/core/evaluate/report';
import { simulatedText } from '../../extension/core/evaluate/simulated-text';
import { formatChange, formatCount, formatFigure, formatRate, formatSeconds, plural } from '../figures';
import type { BudgetLimits, ReadyState } from '../state';
import { limitVerdict, percent, perplexityVerdict, type BudgetVerdict } from './budget-verdict';

/** One figure of the strip: what it is, the figure, and what to know about it. */
export interface FigureCard {
  readonly label: string;
  readonly before: string | undefined;
  readonly value: string;
  readonly note: string;
  readonly budget: BudgetVerdict | undefined;
  /** Nothing was measured: the value says so. */
  readonly absent: boolean;
  readonly stale: boolean;
}

/** The figures of a policy, those that were not measured said to be so. */
export function figureCards(state: ReadyState): readonly FigureCard[] {
  const { evaluation } = state;
  const measured = evaluation ? measuredCards(evaluation.report, state.budget) : unmeasuredCards(state.budget);
  const stale = evaluation?.stale ?? false;
  return [...sizeCards(state), ...measured.map((card) => ({ ...card, stale }))];
}

function sizeCards({ totals, budget }: ReadyState): readonly FigureCard[] {
  const { bytesBefore, bytesAfter, elements, tensors } = totals;
  const perWeight = (bytes: number): number => (elements === 0 ? 0 : (bytes * 8) / elements);
  const bits = (bytes: number): string => formatBits(perWeight(bytes));
  const known = { absent: false, stale: false };
  return [
    {
      ...known,
      label: 'Size',
      before: formatBytes(bytesBefore),
      value: formatBytes(bytesAfter),
      note: ratioText(bytesBefore, bytesAfter),
      budget: limitVerdict(bytesAfter, budget.bytes, formatBytes),
    },
    {
      ...known,
      label: 'Bits per weight',
      before: bits(bytesBefore),
      value: bits(bytesAfter),
      note: `${plural(tensors, 'tensor')}, scales included`,
      budget: limitVerdict(perWeight(bytesAfter), budget.bitsPerWeight, (limit) => `${formatBits(limit)} bits`),
    },
  ];
}

function ratioText(before: number, after: number): string {
  if (before === after || after === 0) return 'as before';
  const share = `${((after / before) * 100).toFixed(1)}%`;
  const times = before / after;
  return times >= 1.005 ? `${share}, ${times.toFixed(2)} times smaller` : share;
}

type Unjudged = Omit<FigureCard, 'stale'>;

/** Figures that Evaluate measures, with what the budget allows. */
function unmeasuredCards({ perplexityIncrease }: BudgetLimits): readonly Unjudged[] {
  return ['Perplexity', 'KL divergence', 'Same top token'].map((label, at) => ({
    label,
    before: undefined,
    value: 'not measured yet',
    note: `Evaluate measures it${at === 0 && perplexityIncrease !== null ? `; the budget allows ${percent(perplexityIncrease)}` : ''}`,
    budget: undefined,
    absent: true,
  }));
}

function measuredCards(report: EvaluationReport, budget: BudgetLimits): readonly Unjudged[] {
  const { base, cast, divergence, measurement } = report;
  const { kl, sameTop, sameTopStandardError } = divergence;
  return [
    {
      label: 'Perplexity',
      before: formatFigure(base.value),
      value: formatFigure(cast.value),
      note: changeText(report),
      budget: perplexityVerdict(report, budget),
      absent: false,
    },
    {
      label: 'KL divergence',
      before: undefined,
      value: formatFigure(kl.mean),
      note: `± ${formatFigure(kl.standardError, 2)} nats, at most ${formatFigure(kl.max, 3)}`,
      budget: undefined,
      absent: false,
    },
    {
      label: 'Same top token',
      before: undefined,
      value: formatRate(sameTop),
      note: `± ${formatRate(sameTopStandardError)} of ${formatCount(measurement.tokensScored)} tokens`,
      budget: undefined,
      absent: false,
    },
  ];
}

/** What may be said of the change of perplexity. */
function changeText({ measurement, divergence }: EvaluationReport): string {
  if (measurement.windows < 2) return 'one window gives no interval';
  return divergence.measurable ? intervalText(divergence.perplexityDifferenceInterval) : 'no measurable change';
}

function intervalText({ low, high }: Interval): string {
  return `${formatChange(low)} to ${formatChange(high)} (95%)`;
}

/** What an evaluation was made on; without it two figures can't be compared. */
export function measurementText(report: EvaluationReport): readonly string[] {
  const { text, windows, context, tokensScored, scoring, textDigest } = report.measurement;
  const scored = scoring === 'all' ? 'every next token' : 'the second half of each window';
  const change = changeText(report);
  const interval = intervalText(report.divergence.perplexityDifferenceInterval);
  return [
    `perplexity ${windows < 2 || change === interval ? change : `${interval}: ${change}`}`,
    `${text}, ${plural(windows, 'window')} of ${formatCount(context)} tokens${report.complete ? '' : ', stopped early'}`,
    `${plural(tokensScored, 'token')} scored (${scored})`,
    ...(report.simulated ? [`simulated: ${simulatedText(report.simulated)}`] : []),
    `text ${textDigest.slice(0, 12)}, ${formatSeconds(report.seconds)}${cachedText(report)}`,
  ];
}

function cachedText({ cachedWindows }: EvaluationReport): string {
  return cachedWindows === 0 ? '' : `, base known in ${plural(cachedWindows, 'window')}`;
}
