import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TreeTensor } from '../../core/checkpoint/tensor';
import { openWeights } from '../../core/checkpoint/weights';
import { isFloat } from '../../core/resolve/castable';
import { compareFormats, type ComparedFormat } from '../../jobs/compare-formats';
import { CACHE, NO_CACHE, type CacheOption } from '../base-cache';
import { comparedChart } from '../compare/chart';
import { chosenCasts } from '../compare/chosen-casts';
import { bestFirst, comparedLabel, type Compared } from '../compare/compared';
import { castEvaluator } from '../compare/evaluate-cast';
import { comparedJson } from '../compare/json';
import { comparedTable } from '../compare/table';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { messageOf, openCheckpointAt, type OpenedCheckpoint } from '../open-policy';
import { JSON_OUT, REPRODUCIBLE, positiveInteger, type Declaration } from '../options';
import { runJob } from '../run-job';
import type { Terminal } from '../terminal';
import { startKernelPool } from '../workers';

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

/** `downcast compare-formats`: which format of a width costs a checkpoint least. */
export function declareCompareFormats(declaration: Declaration): void {
  const { root, finish } = declaration;
  root
    .command('compare-formats')
    .description('error, and with --text perplexity, of several formats on the linear weights of a checkpoint')
    .argument('<checkpoint>', 'folder, .safetensors, .safetensors.index.json or .gguf')
    .option(
      '--formats <ids>',
      'formats to compare, with commas, each with keys of a rule: nf4,sf4:nu=20,int4:fit=mse (default: all of --bits)',
    )
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
    const { text } = flags;
    // What is wrong with the text or the model is told before the first cast.
    const evaluateCast =
      text === undefined ? undefined : await castEvaluator(opened, tensors, source, text, flags, terminal, signal);
    const { tree } = opened.checkpoint;
    const job = compareFormats({ source, tree, tensors, casts, sample: flags.sample, signal });
    const formats: Compared[] = [];
    for (const each of fitting(await runJob(job, terminal), tensors.length, terminal)) {
      formats.push({ ...each, evaluated: await evaluateCast?.(each.compared) });
    }
    const ordered = bestFirst(formats);
    const name = path.basename(opened.path);
    if (flags.svg !== undefined) await writeChart(flags.svg, comparedChart(name, flags.group, ordered));
    terminal.out(
      flags.json
        ? `${JSON.stringify(comparedJson(place, flags.group, ordered), null, 2)}\n`
        : `${comparedTable(ordered, flags.group)}\n`,
    );
    return EXIT.fine;
  } finally {
    await weights.close();
    await pool.dispose();
  }
}

/** Those that fit some tensor: the others have no figures, and are named. */
function fitting(formats: readonly ComparedFormat[], tensors: number, terminal: Terminal): readonly ComparedFormat[] {
  const some = formats.filter(({ left }) => left.length < tensors);
  if (some.length === 0) {
    const advice = 'choose another --group, or other --formats';
    throw new CommandError(
      `no format divides the rows of any of the ${tensors} linear weights; ${advice}`,
      EXIT.wrongUse,
    );
  }
  for (const each of formats) {
    if (!some.includes(each)) terminal.err(`${comparedLabel(each)}: left out, it divides no rows of the checkpoint\n`);
  }
  return some;
}

/** Weights of attention and feed-forward layers: what policies cast. */
function linearWeights({ checkpoint }: OpenedCheckpoint): readonly TreeTensor[] {
  return checkpoint.tree.tensors.filter(
    ({ role, shape, dtype, bytes }) =>
      (role.startsWith('attention-') || role.startsWith('mlp-')) && shape.length >= 2 && isFloat(dtype) && bytes > 0,
  );
}

async function writeChart(file: string, chart: string): Promise<void> {
  try {
    await writeFile(file, chart);
  } catch (error) {
    throw new CommandError(`${file}: the chart can't be written: ${messageOf(error)}`, EXIT.wrongUse);
  }
}
