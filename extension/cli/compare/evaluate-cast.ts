import type { ComparableCast } from '../../core/analysis/comparable-casts';
import type { TreeTensor } from '../../core/checkpoint/tensor';
import { literalGlob } from '../../core/compact/columns';
import { printRule } from '../../core/compact/print-rule';
import { createMemoryBaseCache, type BaseCache } from '../../core/evaluate/base-cache';
import type { CastScores } from '../../core/evaluate/paired';
import type { EvaluationReport } from '../../core/evaluate/report';
import { evaluationSettings } from '../../core/evaluate/settings';
import { openTokenizer } from '../../core/evaluate/tokenize';
import { BUILT_IN_FORMATS } from '../../core/formats/registry';
import { modelGraph } from '../../core/model/architectures';
import { parsePolicy } from '../../core/policy/parse';
import { resolve } from '../../core/resolve/resolve';
import { divides } from '../../core/resolve/treatment';
import { fileStamp } from '../../files/file-stamp';
import { nodeDigest } from '../../files/node-digest';
import { machineMemory } from '../../files/node-memory';
import type { BaseCaching } from '../../jobs/base-store';
import type { CastSource } from '../../jobs/cast-tensor';
import { evaluate } from '../../jobs/evaluate';
import { openBaseCache, type CacheOption } from '../base-cache';
import { CommandError, EXIT } from '../exit-code';
import type { OpenedCheckpoint } from '../open-policy';
import { runJob } from '../run-job';
import { openSampleSet } from '../sample-set';
import type { Terminal } from '../terminal';
import { modelKernelsId, startModelPool } from '../workers';

export interface EvaluationFlags {
  readonly context?: number;
  readonly windows?: number;
  readonly reproducible: boolean;
  readonly cache?: CacheOption;
}

/** A report with what two of them are compared by. */
export interface EvaluatedCast {
  readonly report: EvaluationReport;
  readonly scores: readonly CastScores[];
}

export type EvaluateCast = (compared: ComparableCast) => Promise<EvaluatedCast>;

/** Evaluates casts of the same tensors on one text; the base is run for the first only, also with `--no-cache`. */
export async function castEvaluator(
  opened: OpenedCheckpoint,
  tensors: readonly TreeTensor[],
  source: CastSource,
  text: string,
  flags: EvaluationFlags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<EvaluateCast> {
  const { checkpoint, folder, path: place } = opened;
  const graph = modelGraph(checkpoint.config, checkpoint.tree.byName);
  if (graph.kind === 'unsupported') throw new CommandError(`${place}: ${graph.reason}`, EXIT.inputBroken);
  const tokenize = await openTokenizer(folder, checkpoint, signal);
  const sampleSet = await openSampleSet(text, text, signal);
  const baseCaching = await baseCachingOf(opened, flags);
  return async (compared) => {
    const { policy } = parsePolicy(policyOf(tensors, compared), BUILT_IN_FORMATS);
    const settings = evaluationSettings(policy, checkpoint.config, {
      ...(flags.context === undefined ? {} : { context: flags.context }),
      ...(flags.windows === undefined ? {} : { windows: flags.windows }),
    });
    const scores: CastScores[] = [];
    const job = evaluate({
      graph,
      plan: resolve(policy, checkpoint.tree, BUILT_IN_FORMATS),
      source,
      tokenize,
      text: sampleSet,
      ...settings,
      baseCaching,
      memory: machineMemory(),
      onWindow: ({ castNll, kl }) => scores.push({ castNll, kl }),
      startPool: (need) => startModelPool(need, flags.reproducible),
      createDigest: nodeDigest,
      now: () => performance.now(),
      signal,
    });
    return { report: await runJob(job, terminal), scores };
  };
}

async function baseCachingOf({ checkpoint, folder }: OpenedCheckpoint, flags: EvaluationFlags): Promise<BaseCaching> {
  const cache: BaseCache = openBaseCache(flags.cache) ?? createMemoryBaseCache();
  const files = checkpoint.tree.tensors.map(({ file }) => file);
  return {
    cache,
    kernels: await modelKernelsId(flags.reproducible),
    stamp: await fileStamp(folder.name, files),
  };
}

/** A policy that casts just these weights. */
function policyOf(tensors: readonly TreeTensor[], { format, cast }: ComparableCast): string {
  const match = tensors.filter(({ shape }) => divides(cast, shape, format)).map(({ name }) => literalGlob(name));
  const rule = printRule({ match, layers: undefined, cast: { cast, format }, because: undefined }, 2);
  return ['version: 1', 'default: keep', ...(match.length > 0 ? ['rules:', ...rule] : []), ''].join('\n');
}
