import { formatBits, formatBytes } from '../../extension/core/byte-size';
import type { EvaluationReport } from '../../extension/core/evaluate/report';
import { formatChange, formatCount, formatFigure, formatRate, plural } from '../figures';
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
  const share = `${((after / before) * 100).toFixed(1)}% of it`;
  return after < before ? `${share}, ${(before / after).toFixed(2)} times smaller` : share;
}

type Unjudged = Omit<FigureCard, 'stale'>;

const UNMEASURED: readonly Unjudged[] = ['Perplexity', 'KL divergence', 'Same top token'].map((label) => ({
  label,
  before: undefined,
  value: 'not measured yet',
  note: 'Evaluate measures it',
  absent: true,
}));

function measuredCards({ base, cast, divergence, measurement }: EvaluationReport): readonly Unjudged[] {
  const { kl, sameTop, sameTopStandardError, perplexityDifferenceInterval: interval, measurable } = divergence;
  const between = `${formatChange(interval.low)} to ${formatChange(interval.high)}`;
  return [
    {
      label: 'Perplexity',
      before: formatFigure(base.value),
      value: formatFigure(cast.value),
      note: measurable ? `change ${between} (95%)` : `no measurable change: ${between}`,
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

/** What an evaluation was made on; without it two figures can't be compared. */
export function measurementText({ measurement, seconds }: EvaluationReport): readonly string[] {
  const { text, windows, context, tokensScored, scoring, textDigest } = measurement;
  const scored = scoring === 'all' ? 'every next token' : 'the second half of each window';
  return [
    `${text}, ${plural(windows, 'window')} of ${formatCount(context)} tokens`,
    `${plural(tokensScored, 'token')} scored (${scored})`,
    `text ${textDigest.slice(0, 12)}, ${seconds.toFixed(1)} s`,
  ];
}
