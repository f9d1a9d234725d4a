import { formatBits, formatBytes } from '../../extension/core/byte-size';
import type { EvaluationReport, Interval } from '../../extension/core/evaluate/report';
import { formatChange, formatCount, formatFigure, formatRate, formatSeconds, plural } from '../figures';
import type { ReadyState } from '../state';

/** One figure of the strip: what it is, the figure, and what to know about it. */
export interface FigureCard {
  readonly label: string;
  readonly before: string | undefined;
  readonly value: string;
  readonly note: string;
  /** Nothing was measured: the value says so. */
  readonly absent: boolean;
  readonly stale: boolean;
}

/** The figures of a policy, those that were not measured said to be so. */
export function figureCards(state: ReadyState): readonly FigureCard[] {
  const { evaluation } = state;
  const measured = evaluation ? measuredCards(evaluation.report) : UNMEASURED;
  const stale = evaluation?.stale ?? false;
  return [...sizeCards(state), ...measured.map((card) => ({ ...card, stale }))];
}

function sizeCards({ totals: { bytesBefore, bytesAfter, elements, tensors } }: ReadyState): readonly FigureCard[] {
  const bits = (bytes: number): string => (elements === 0 ? '0' : formatBits((bytes * 8) / elements));
  const known = { absent: false, stale: false };
  return [
    {
      ...known,
      label: 'Size',
      before: formatBytes(bytesBefore),
      value: formatBytes(bytesAfter),
      note: ratioText(bytesBefore, bytesAfter),
    },
    {
      ...known,
      label: 'Bits per weight',
      before: bits(bytesBefore),
      value: bits(bytesAfter),
      note: `${plural(tensors, 'tensor')}, scales included`,
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

const UNMEASURED: readonly Unjudged[] = ['Perplexity', 'KL divergence', 'Same top token'].map((label) => ({
  label,
  before: undefined,
  value: 'not measured yet',
  note: 'Evaluate measures it',
  absent: true,
}));

function measuredCards(report: EvaluationReport): readonly Unjudged[] {
  const { base, cast, divergence, measurement } = report;
  const { kl, sameTop, sameTopStandardError } = divergence;
  return [
    {
      label: 'Perplexity',
      before: formatFigure(base.value),
      value: formatFigure(cast.value),
      note: changeText(report),
      absent: false,
    },
    {
      label: 'KL divergence',
      before: undefined,
      value: formatFigure(kl.mean),
      note: `± ${formatFigure(kl.standardError, 2)} nats, at most ${formatFigure(kl.max, 3)}`,
      absent: false,
    },
    {
      label: 'Same top token',
      before: undefined,
      value: formatRate(sameTop),
      note: `± ${formatRate(sameTopStandardError)} of ${formatCount(measurement.tokensScored)} tokens`,
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
    `text ${textDigest.slice(0, 12)}, ${formatSeconds(report.seconds)}`,
  ];
}
