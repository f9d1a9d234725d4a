import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { comparableCast, type ComparableCast } from '../../core/analysis/comparable-casts';
import { formatsChart } from '../../core/analysis/formats-chart';
import type { TreeTensor } from '../../core/checkpoint/tensor';
import { openWeights } from '../../core/checkpoint/weights';
import { createMemoryBaseCache, type BaseCache } from '../../core/evaluate/base-cache';
import type { EvaluationReport } from '../../core/evaluate/report';
import { evaluationSettings } from '../../core/evaluate/settings';
import { openTokenizer } from '../../core/evaluate/tokenize';
import { BUILT_IN_FORMATS, FORMATS } from '../../core/formats/registry';
import { modelGraph } from '../../core/model/architectures';
import { printGranularity } from '../../core/policy/read/scale';
import { parsePolicy } from '../../core/policy/parse';
import { isFloat } from '../../core/resolve/castable';
import { resolve } from '../../core/resolve/resolve';
import { divides } from '../../core/resolve/treatment';
import { fileStamp } from '../../files/file-stamp';
import { nodeDigest } from '../../files/node-digest';
import { machineMemory } from '../../files/node-memory';
import type { BaseCaching } from '../../jobs/base-store';
import type { CastSource } from '../../jobs/cast-tensor';
import { compareFormats, type ComparedFormat } from '../../jobs/compare-formats';
import { evaluate } from '../../jobs/evaluate';
import { CACHE, NO_CACHE, openBaseCache, type CacheOption } from '../base-cache';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { messageOf, openCheckpointAt, type OpenedCheckpoint } from '../open-policy';
import { JSON_OUT, REPRODUCIBLE, positiveInteger, type Declaration } from '../options';
import { runJob } from '../run-job';
import { openSampleSet } from '../sample-set';
import { formatTable } from '../table';
import { modelKernelsId, startKernelPool, startModelPool } from '../workers';

interface Flags {
  readonly formats?: string;
  readonly bits: number;
  readonly group: number;
  readonly sample: number;
  readonly text?: string;
  readonly context?: number;
  readonly windows?: number;
  readonly svg?: string;
  readonly workers?: number;
  readonly reproducible: boolean;
  readonly cache?: CacheOption;
  readonly json: boolean;
}

/** A format with all that was measured of it. */
interface Row extends ComparedFormat {
  readonly evaluation: EvaluationReport | undefined;
}

/** `downcast compare-formats`: which format of a width costs a checkpoint least. */
export function declareCompareFormats(declaration: Declaration): void {
  const { root, finish } = declaration;
  root
    .command('compare-formats')
    .description('error, and with --text perplexity, of several formats on the linear weights of a checkpoint')
    .argument('<checkpoint>', 'folder, .safetensors, .safetensors.index.json or .gguf')
    .option('--formats <ids>', 'formats to compare, with commas (default: all of --bits)')
    .option('--bits <n>', 'compare all formats with codes of this width', positiveInteger('--bits'), 4)
    .option(
      '--group <n>',
      'elements that share a scale where a format lets one choose',
      positiveInteger('--group'),
      128,
    )
    .option('--sample <n>', 'elements of a tensor for the Wasserstein distance', positiveInteger('--sample'), 262144)
    .option('--text <file>', 'measure perplexity on this text too, one evaluation a format')
    .option('--context <n>', 'tokens a window', positiveInteger('--context'))
    .option('--windows <n>', 'windows at most', positiveInteger('--windows'))
    .option('--svg <file>', 'write a chart')
    .option('--workers <n>', 'workers (default: one a core)', positiveInteger('--workers'))
    .option(...REPRODUCIBLE, false)
    .option(...CACHE)
    .option(...NO_CACHE)
    .option(...JSON_OUT, false)
    .action(async (place: string, flags: Flags) => finish(await run(place, flags, declaration)));
}

async function run(place: string, flags: Flags, { terminal, signal }: Declaration): Promise<ExitCode> {
  const casts = chosenCasts(flags);
  const opened = await openCheckpointAt(place);
  const tensors = linearWeights(opened);
  if (tensors.length === 0) throw new CommandError(`${place}: holds no linear weight to compare on`, EXIT.inputBroken);
  const pool = await startKernelPool(flags.workers);
  const weights = openWeights(opened.folder);
  try {
    const source = { pool, read: weights.read };
    const compared = await runJob(
      compareFormats({ source, tree: opened.checkpoint.tree, tensors, casts, sample: flags.sample, signal }),
      terminal,
    );
    const baseCaching = flags.text === undefined ? undefined : await baseCachingOf(opened, flags);
    const rows: Row[] = [];
    for (const each of compared) {
      const evaluation = baseCaching && (await measured(opened, each, source, baseCaching, flags, terminal, signal));
      rows.push({ ...each, evaluation });
    }
    const ordered = rows.sort((a, b) => cost(a) - cost(b));
    if (flags.svg !== undefined) await writeChart(flags.svg, opened, flags, ordered);
    terminal.out(
      flags.json ? `${JSON.stringify(compareJson(place, flags, ordered), null, 2)}\n` : `${table(ordered, flags)}\n`,
    );
    return EXIT.fine;
  } finally {
    await weights.close();
    await pool.dispose();
  }
}

function chosenCasts({ formats, bits, group }: Flags): readonly ComparableCast[] {
  const chosen =
    formats === undefined
      ? [...FORMATS.values()].filter((format) => Math.round(format.bits) === bits)
      : formats.split(',').map((id) => {
          const found = BUILT_IN_FORMATS.find(id.trim())?.format;
          if (found) return found;
          throw new CommandError(`"${id}" is not a number format; "downcast formats" lists them`, EXIT.wrongUse);
        });
  if (chosen.length === 0) throw new CommandError(`no format has codes of ${bits} bits`, EXIT.wrongUse);
  return chosen.map((format) => comparableCast(format, group));
}

/** Weights of attention and feed-forward layers: what policies cast. */
function linearWeights({ checkpoint }: OpenedCheckpoint): readonly TreeTensor[] {
  return checkpoint.tree.tensors.filter(
    ({ role, shape, dtype }) =>
      (role.startsWith('attention-') || role.startsWith('mlp-')) && shape.length >= 2 && isFloat(dtype),
  );
}

/** The base is run for the first format only; what it gave serves the others, also with `--no-cache`. */
async function baseCachingOf({ checkpoint, folder }: OpenedCheckpoint, flags: Flags): Promise<BaseCaching> {
  const cache: BaseCache = openBaseCache(flags.cache) ?? createMemoryBaseCache();
  const files = checkpoint.tree.tensors.map(({ file }) => file);
  return {
    cache,
    kernels: await modelKernelsId(flags.reproducible),
    stamp: await fileStamp(folder.name, files),
  };
}

async function measured(
  opened: OpenedCheckpoint,
  { compared }: ComparedFormat,
  source: CastSource,
  baseCaching: BaseCaching,
  flags: Flags,
  terminal: Declaration['terminal'],
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const { checkpoint, folder, path: place } = opened;
  const graph = modelGraph(checkpoint.config, checkpoint.tree.byName);
  if (graph.kind === 'unsupported') throw new CommandError(`${place}: ${graph.reason}`, EXIT.inputBroken);
  const { policy } = parsePolicy(policyOf(opened, compared), BUILT_IN_FORMATS);
  const { context, windows, scoring } = evaluationSettings(policy, checkpoint.config, {
    ...(flags.context === undefined ? {} : { context: flags.context }),
    ...(flags.windows === undefined ? {} : { windows: flags.windows }),
  });
  const report = await runJob(
    evaluate({
      graph,
      plan: resolve(policy, checkpoint.tree, BUILT_IN_FORMATS),
      source,
      tokenize: await openTokenizer(folder, checkpoint, signal),
      text: await openSampleSet(flags.text!, flags.text!, signal),
      context,
      windows,
      scoring,
      baseCaching,
      memory: machineMemory(),
      startPool: (need) => startModelPool(need, flags.reproducible),
      createDigest: nodeDigest,
      now: () => performance.now(),
      signal,
    }),
    terminal,
  );
  return report;
}

/** A policy that casts just these weights. */
function policyOf(opened: OpenedCheckpoint, { format, cast }: ComparableCast): string {
  const names = linearWeights(opened).filter(({ shape }) => divides(cast, shape, format));
  const scale = cast.scale.kind === 'none' ? {} : { scale: printGranularity(cast.scale) };
  const rule = { match: names.map(({ name }) => name), dtype: format.id, ...scale };
  return JSON.stringify({ version: 1, default: 'keep', rules: [rule] });
}

function cost({ evaluation, relativeError }: Row): number {
  return evaluation?.divergence.kl.mean ?? relativeError;
}

function label({ compared: { format, cast } }: Row): string {
  return cast.scale.kind === 'none' ? format.id : `${format.id}, ${printGranularity(cast.scale)}`;
}

function table(rows: readonly Row[], { group }: Flags): string {
  const evaluated = rows.some(({ evaluation }) => evaluation !== undefined);
  const left = rows.filter((row) => row.left.length > 0);
  return [
    formatTable(
      [
        { heading: 'format', align: 'left' },
        { heading: 'bits/weight', align: 'right' },
        { heading: 'relative error', align: 'right' },
        { heading: 'SQNR dB', align: 'right' },
        { heading: 'Wasserstein', align: 'right' },
        ...(evaluated
          ? (['perplexity', 'change', '95% interval', 'KL nats'].map((heading) => ({ heading, align: 'right' })) as {
              readonly heading: string;
              readonly align: 'right';
            }[])
          : []),
      ],
      rows.map((row) => [
        label(row),
        row.bitsPerWeight.toFixed(3),
        `${(row.relativeError * 100).toPrecision(4)}%`,
        row.sqnr.toFixed(2),
        row.wasserstein.toPrecision(3),
        ...(row.evaluation ? evaluationCells(row.evaluation) : []),
      ]),
    ),
    '',
    `Linear weights only; scales by group ${group} where a format lets one choose. Wasserstein: distance of the`,
    'values before and after, in standard deviations. Best first.',
    ...left.map(
      (row) => `${row.compared.format.id}: ${row.left.length} tensors left out, the group does not divide their rows`,
    ),
  ].join('\n');
}

function evaluationCells({ cast, divergence }: EvaluationReport): readonly string[] {
  const { low, high } = divergence.perplexityDifferenceInterval;
  const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
  return [
    cast.value.toFixed(4),
    divergence.measurable
      ? `+${((divergence.perplexityRatio - 1) * 100).toFixed(2)}%`.replace('+-', '-')
      : 'not measurable',
    `${signed(low)} .. ${signed(high)}`,
    `${divergence.kl.mean.toPrecision(4)} ± ${divergence.kl.standardError.toPrecision(2)}`,
  ];
}

async function writeChart(file: string, opened: OpenedCheckpoint, flags: Flags, rows: readonly Row[]): Promise<void> {
  const title = `${path.basename(opened.path)}: number formats on linear weights, group ${flags.group}`;
  const chart = formatsChart(
    title,
    rows.map((row) => {
      const { evaluation } = row;
      const percent = (difference: number): number => (difference / evaluation!.base.value) * 100;
      return {
        label: label(row),
        relativeError: row.relativeError * 100,
        perplexity: evaluation && {
          change: percent(evaluation.divergence.perplexityDifference),
          low: percent(evaluation.divergence.perplexityDifferenceInterval.low),
          high: percent(evaluation.divergence.perplexityDifferenceInterval.high),
        },
      };
    }),
  );
  try {
    await writeFile(file, chart);
  } catch (error) {
    throw new CommandError(`${file}: the chart can't be written: ${messageOf(error)}`, EXIT.wrongUse);
  }
}

/** Shape of `--json`: schemas/compare-formats.schema.json. */
function compareJson(checkpoint: string, { group }: Flags, rows: readonly Row[]): object {
  return {
    kind: 'compare-formats',
    version: 1,
    checkpoint,
    group,
    formats: rows.map(({ compared, bitsPerWeight, relativeError, sqnr, wasserstein, left, evaluation }) => ({
      format: compared.format.id,
      cast: compared.cast,
      bitsPerWeight,
      relativeError,
      // Infinity is no JSON: a cast without error has no ratio.
      sqnr: Number.isFinite(sqnr) ? sqnr : null,
      wasserstein,
      left,
      evaluation: evaluation ?? null,
    })),
  };
}
