import path from 'node:path';
import { formatBits, formatBytes } from '../../core/byte-size';
import { formatSeconds } from '../../core/duration';
import { openWeights } from '../../core/checkpoint/weights';
import type { EvaluationReport, Scoring } from '../../core/evaluate/report';
import { budgetLimit, gateOf, gateText, type Gate } from '../../core/evaluate/gate';
import { roundingOf } from '../../core/evaluate/rounding-of';
import { evaluationSettings } from '../../core/evaluate/settings';
import { simulatedText } from '../../core/evaluate/simulated-text';
import { openTokenizer } from '../../core/evaluate/tokenize';
import { modelGraph } from '../../core/model/architectures';
import type { Plan } from '../../core/resolve/plan';
import { fileStamp } from '../../files/file-stamp';
import { nodeDigest } from '../../files/node-digest';
import { machineMemory } from '../../files/node-memory';
import { evaluate as evaluateJob } from '../../jobs/evaluate';
import { openBaseCache, type CacheOption } from '../base-cache';
import { CommandError, EXIT, type ExitCode } from '../exit-code';
import { messageOf, openPolicy, refuseErrors, requireCheckpoint, type OpenedPolicy } from '../open-policy';
import { runJob } from '../run-job';
import { openSampleSet } from '../sample-set';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';
import { modelKernelsId, startKernelPool, startModelPool } from '../workers';

export interface EvalOptions {
  readonly json: boolean;
  readonly checkpoint: string | undefined;
  readonly text: string | undefined;
  readonly context: number | undefined;
  readonly windows: number | undefined;
  readonly scoring: string | undefined;
  /** Percent by which perplexity may grow. */
  readonly maxPerplexityIncrease: string | undefined;
  readonly workers: number | undefined;
  /** Bytes that all workers may take; what is free without it. */
  readonly memory: number | undefined;
  /** The same bits on every machine, somewhat slower. */
  readonly reproducible: boolean;
  readonly cache: CacheOption;
  readonly signal: AbortSignal;
}

/** `downcast eval`: perplexity before and after, KL divergence; nothing is written. */
export async function evaluate(file: string, options: EvalOptions, terminal: Terminal): Promise<ExitCode> {
  const scoring = parseScoring(options.scoring);
  const asked = parseLimit(options.maxPerplexityIncrease);
  const opened = await openPolicy(file, options.checkpoint);
  const limit = asked ?? budgetLimit(opened.policy.budget?.perplexity?.value);
  const { plan, checkpoint, folder, path: source } = requireCheckpoint(opened);
  refuseErrors(opened);
  const graph = modelGraph(checkpoint.config, checkpoint.tree.byName);
  if (graph.kind === 'unsupported') throw new CommandError(`${source}: ${graph.reason}`, EXIT.inputBroken);
  const { context, windows, scoring: chosen } = settingsOf(opened, options, scoring);
  const text = await readSampleText(opened, options.text, options.signal);
  const cache = openBaseCache(options.cache);
  const files = checkpoint.tree.tensors.map((tensor) => tensor.file);
  const baseCaching = cache && {
    cache,
    kernels: await modelKernelsId(options.reproducible),
    stamp: await fileStamp(folder.name, files),
  };
  const pool = await startKernelPool(options.workers);
  const weights = openWeights(folder);
  try {
    const report = await runJob(
      evaluateJob({
        graph,
        plan,
        rounding: roundingOf(opened.policy, plan, graph),
        source: { pool, read: weights.read },
        tokenize: await openTokenizer(folder, checkpoint, options.signal),
        text,
        context,
        windows,
        scoring: chosen,
        baseCaching,
        memory: options.memory ?? machineMemory(),
        startPool: (need) => startModelPool(need, options.reproducible),
        createDigest: nodeDigest,
        now: () => performance.now(),
        signal: options.signal,
      }),
      terminal,
    );
    const gate = gateOf(report, limit);
    if (options.json) terminal.out(`${JSON.stringify(evalJson(file, source, plan, report, gate), null, 2)}\n`);
    else terminal.out(`${evalText(plan, report, gate)}\n`);
    if (!report.complete) return EXIT.cancelled;
    return gate && !gate.passed ? EXIT.findings : EXIT.fine;
  } finally {
    const closed = Promise.all([weights.close(), pool.dispose()]);
    // A cancel does not wait for workers to give their memory back.
    if (options.signal.aborted) closed.catch(() => undefined);
    else await closed;
  }
}

function parseScoring(written: string | undefined): Scoring | undefined {
  if (written === undefined || written === 'all' || written === 'second-half') return written;
  throw new CommandError(`--scoring takes all or second-half, not "${written}"`, EXIT.wrongUse);
}

function parseLimit(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const percent = Number(written.replace(/%$/, ''));
  if (written.trim() !== '' && Number.isFinite(percent)) return percent;
  throw new CommandError(`--max-perplexity-increase takes a percentage such as 1.5, not "${written}"`, EXIT.wrongUse);
}

function settingsOf(opened: OpenedPolicy, options: EvalOptions, scoring: Scoring | undefined) {
  try {
    const { context, windows } = options;
    return evaluationSettings(opened.policy, opened.opened?.checkpoint.config, { context, windows, scoring });
  } catch (error) {
    throw new CommandError(messageOf(error), EXIT.wrongUse);
  }
}

async function readSampleText(opened: OpenedPolicy, asked: string | undefined, signal: AbortSignal) {
  const written = opened.policy.evaluate?.text?.value;
  const file = asked ?? (written === undefined ? undefined : path.resolve(path.dirname(opened.file), written));
  if (file === undefined) {
    throw new CommandError(
      `${opened.file}: names no text to measure on; add "evaluate: { text: PATH }" or give --text`,
      EXIT.wrongUse,
    );
  }
  return openSampleSet(file, asked ?? written ?? file, signal);
}

function evalText(plan: Plan, report: EvaluationReport, gate: Gate | undefined): string {
  const { measurement, base, cast, divergence } = report;
  const { low, high } = divergence.perplexityDifferenceInterval;
  const change = divergence.measurable
    ? `${signed(divergence.perplexityDifference)} (95% interval ${signed(low)} to ${signed(high)}), ratio ${divergence.perplexityRatio.toFixed(4)}`
    : `no measurable change (95% interval ${signed(low)} to ${signed(high)})`;
  const table = formatTable(
    [
      { heading: '', align: 'left' },
      { heading: 'size', align: 'right' },
      { heading: 'bits/weight', align: 'right' },
      { heading: 'perplexity', align: 'right' },
    ],
    [
      [
        'base',
        formatBytes(plan.bytesBefore),
        formatBits((plan.bytesBefore * 8) / plan.tree.elements),
        `${base.value.toFixed(4)} ± ${base.standardError.toFixed(4)}`,
      ],
      [
        'cast',
        formatBytes(plan.bytesAfter),
        formatBits(plan.bitsPerWeight),
        `${cast.value.toFixed(4)} ± ${cast.standardError.toFixed(4)}`,
      ],
    ],
  );
  const { percentiles } = divergence.kl;
  return [
    table,
    '',
    `perplexity     ${change}`,
    `KL divergence  ${divergence.kl.mean.toPrecision(4)} ± ${divergence.kl.standardError.toPrecision(2)} nats; median ${percentiles['50']?.toPrecision(3) ?? '-'}, 99% ${percentiles['99']?.toPrecision(3) ?? '-'}, max ${divergence.kl.max.toPrecision(3)}`,
    `same top       ${(divergence.sameTop * 100).toFixed(2)}% ± ${(divergence.sameTopStandardError * 100).toFixed(2)}`,
    ...(report.simulated ? [`simulated      ${simulatedText(report.simulated)}`] : []),
    `measured on    ${measurement.text}: ${measurement.windows} windows of ${measurement.context} tokens, ${measurement.tokensScored} scored (${measurement.scoring}), in ${formatSeconds(report.seconds)}`,
    ...(report.cachedWindows > 0
      ? [`base cached    in ${report.cachedWindows} windows, of an earlier evaluation`]
      : []),
    ...(report.complete ? [] : ['stopped early  the figures are of the windows that were finished']),
    ...(gate ? [`gate           perplexity ${gateText(gate)}`] : []),
  ].join('\n');
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

/** Shape of `--json`: schemas/evaluation.schema.json. */
function evalJson(
  policy: string,
  checkpoint: string,
  plan: Plan,
  report: EvaluationReport,
  gate: Gate | undefined,
): object {
  const { bytesBefore, bytesAfter, bitsPerWeight } = plan;
  return {
    kind: 'evaluation',
    version: 1,
    policy,
    checkpoint,
    bytesBefore,
    bytesAfter,
    bitsPerWeight,
    report,
    gate: gate ?? null,
  };
}
