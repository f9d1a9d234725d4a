import type { Difference } from '../../core/evaluate/paired';
import type { EvaluationReport } from '../../core/evaluate/report';
import { formatTable, type Column } from '../table';
import { plural } from '../writers/human';
import { allPairs, comparedLabel, type Compared } from './compared';

const left = (heading: string): Column => ({ heading, align: 'left' });
const right = (heading: string): Column => ({ heading, align: 'right' });

const ERROR_COLUMNS = [
  left('format'),
  right('bits/weight'),
  right('relative error'),
  right('SQNR dB'),
  right('Wasserstein'),
];
const EVALUATION_COLUMNS = ['perplexity', 'change', '95% interval', 'KL nats'].map(right);
const PAIR_COLUMNS = [
  left('format'),
  left('against'),
  right('KL nats'),
  right('95% interval'),
  right('perplexity'),
  right('95% interval'),
];

/** What `compare-formats` prints: formats, best first, and each against the one before it. */
export function comparedTable(formats: readonly Compared[], group: number): string {
  const evaluated = formats.some((each) => each.evaluated !== undefined);
  const columns = evaluated ? [...ERROR_COLUMNS, ...EVALUATION_COLUMNS] : ERROR_COLUMNS;
  return [
    formatTable(
      columns,
      formats.map((each) => [
        comparedLabel(each),
        each.bitsPerWeight.toFixed(3),
        `${(each.relativeError * 100).toPrecision(4)}%`,
        each.sqnr.toFixed(2),
        each.wasserstein.toPrecision(3),
        ...(each.evaluated ? evaluationCells(each.evaluated.report) : []),
      ]),
    ),
    ...(evaluated && formats.length > 1 ? ['', neighbours(formats)] : []),
    '',
    `Linear weights only; scales by group ${group} where a format lets one choose. Wasserstein: distance of the`,
    `values before and after, in standard deviations. Best first${evaluated ? ', by KL divergence from the base' : ''}.`,
    ...formats
      .filter((each) => each.left.length > 0)
      .map(
        (each) =>
          `${comparedLabel(each)}: ${plural(each.left.length, 'tensor')} left out, it does not divide their rows`,
      ),
  ].join('\n');
}

/** Whether the order holds: each format minus the one above it, on the same windows. */
function neighbours(formats: readonly Compared[]): string {
  const pairs = allPairs(formats).filter(({ better, worse }) => worse === better + 1);
  const windows = formats[0]?.evaluated?.scores.length ?? 0;
  return [
    `Each against the one above it; 95% by a paired bootstrap over ${windows} windows, "=" where it holds 0:`,
    formatTable(
      PAIR_COLUMNS,
      pairs.map(({ better, worse, kl, perplexity }) => [
        comparedLabel(formats[worse]!),
        comparedLabel(formats[better]!),
        ...differenceCells(kl, 5),
        ...differenceCells(perplexity, 4),
      ]),
    ),
  ].join('\n');
}

function differenceCells({ value, interval, measurable }: Difference, digits: number): readonly string[] {
  return [
    `${measurable ? '' : '= '}${signed(value, digits)}`,
    `${signed(interval.low, digits)} .. ${signed(interval.high, digits)}`,
  ];
}

function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return value < 0 ? text : `+${text}`;
}

function evaluationCells({ cast, divergence }: EvaluationReport): readonly string[] {
  const { low, high } = divergence.perplexityDifferenceInterval;
  const change = `${signed((divergence.perplexityRatio - 1) * 100, 2)}%`;
  return [
    cast.value.toFixed(4),
    `${divergence.measurable ? '' : '= '}${change}`,
    `${signed(low, 4)} .. ${signed(high, 4)}`,
    `${divergence.kl.mean.toPrecision(4)} ± ${divergence.kl.standardError.toPrecision(2)}`,
  ];
}
