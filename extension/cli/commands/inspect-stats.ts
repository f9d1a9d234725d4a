import { stat } from 'node:fs/promises';
import path from 'node:path';
import { comparableCast } from '../../core/analysis/comparable-casts';
import { OUTLIER_DEVIATIONS } from '../../core/analysis/tensor-statistics';
import { LARGEST_NU } from '../../core/analysis/student-fit';
import { STATISTICS_FILE, encodeStatistics } from '../../core/checkpoint/stored-statistics';
import { openWeights } from '../../core/checkpoint/weights';
import { FORMATS } from '../../core/formats/registry';
import { survey, type SurveyedTensor } from '../../jobs/survey';
import type { OpenedCheckpoint } from '../open-policy';
import { replaceFile } from '../replace-file';
import { runJob } from '../run-job';
import { statsSummary } from '../stats-summary';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';
import { startKernelPool } from '../workers';

export interface StatsOptions {
  /** Elements that share a scale where a format lets one choose. */
  readonly group: number;
  /** Elements of a tensor that formats are tried on. */
  readonly sample: number;
  readonly workers: number | undefined;
  /** Keep them beside the weights, for findings about values. */
  readonly save: boolean;
  readonly signal: AbortSignal;
}

/**
 * What a format may take above its width, in bits a weight: scales of groups of 32 and more. Those with finer ones, such
 * as ggml's K-quants, would be the best of every width for taking more room.
 */
const ROOM_FOR_SCALES = 0.3;

/** Widths whose best format is shown. */
const WIDTHS = [8, 6, 5, 4, 3, 2] as const;

/** Reads all weights: statistics of each tensor and the best format of each width. */
export async function inspectStats(
  opened: OpenedCheckpoint,
  options: StatsOptions,
  terminal: Terminal,
): Promise<readonly SurveyedTensor[]> {
  const { checkpoint, folder } = opened;
  const pool = await startKernelPool(options.workers);
  const weights = openWeights(folder);
  try {
    const casts = [...FORMATS.values()]
      .filter(({ bits }) => bits <= 8.5)
      .map((format) => comparableCast(format, options.group))
      .filter(({ format, bitsPerWeight }) => bitsPerWeight <= Math.round(format.bits) + ROOM_FOR_SCALES);
    const { sample, signal } = options;
    const source = { pool, read: weights.read };
    const surveyed = await runJob(
      survey({ source, tensors: checkpoint.tree.tensors, casts, sample, signal }),
      terminal,
    );
    if (options.save) await save(opened, surveyed);
    return surveyed;
  } finally {
    await weights.close();
    await pool.dispose();
  }
}

/** In the folder of the weights, where every policy for them finds it. */
async function save({ path: place, checkpoint }: OpenedCheckpoint, surveyed: readonly SurveyedTensor[]): Promise<void> {
  const folder = (await stat(place)).isDirectory() ? place : path.dirname(place);
  const tensors = surveyed.map(({ tensor, statistics }) => [tensor.name, statistics] as const);
  await replaceFile(path.join(folder, STATISTICS_FILE), encodeStatistics(checkpoint.files, tensors));
}

export function statsTable(surveyed: readonly SurveyedTensor[], { group, sample }: StatsOptions): string {
  const table = formatTable(
    [
      { heading: 'tensor', align: 'left' },
      ...['min', 'max', 'mean', 'std', 'kurtosis', 'outliers', 'NaN', 'Inf', 'nu', 't scale', 'KS t', 'KS normal'].map(
        (heading) => ({ heading, align: 'right' }) as const,
      ),
      ...WIDTHS.map((width) => ({ heading: `best ${width} bit`, align: 'left' }) as const),
    ],
    surveyed.map(row),
  );
  return [
    table,
    '',
    ...statsSummary(surveyed, WIDTHS),
    '',
    `outliers: share of values beyond ${OUTLIER_DEVIATIONS} standard deviations. nu, t scale: the Student t distribution of`,
    'greatest likelihood. KS: Kolmogorov-Smirnov distance against it and against the normal distribution.',
    `best: format of least error among those of at most ${ROOM_FOR_SCALES} bits a weight more than that width, with its relative error,`,
    `scales by group ${group} where a format lets one choose, tried on up to ${sample.toLocaleString('en')} elements a tensor.`,
  ].join('\n');
}

function row({ tensor, statistics, best }: SurveyedTensor): readonly string[] {
  const { min, max, mean, std, kurtosis, outlierShare, nan, infinite, student, normalDistance } = statistics;
  return [
    tensor.name,
    ...[min, max, mean, std, kurtosis].map(short),
    `${(outlierShare * 100).toFixed(3)}%`,
    String(nan),
    String(infinite),
    student ? degrees(student.nu) : '-',
    short(student?.scale),
    short(student?.distance),
    short(normalDistance),
    ...WIDTHS.map((width) => {
      const found = best.find((each) => each.width === width);
      return found ? `${found.format} ${(found.relativeError * 100).toPrecision(3)}%` : '-';
    }),
  ];
}

function short(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '-' : String(Number(value.toPrecision(3)));
}

/** At the end of the search there is nothing that tells t from normal. */
function degrees(nu: number): string {
  return nu > LARGEST_NU * 0.99 ? 'normal' : nu.toPrecision(3);
}

/** `statistics` of schemas/inspect.schema.json. */
export function statsJson(surveyed: readonly SurveyedTensor[]): readonly object[] {
  return surveyed.map(({ tensor, statistics, best, sampled }) => ({
    name: tensor.name,
    ...statistics,
    kurtosis: Number.isNaN(statistics.kurtosis) ? null : statistics.kurtosis,
    student: statistics.student ?? null,
    normalDistance: statistics.normalDistance ?? null,
    best,
    sampled,
  }));
}
