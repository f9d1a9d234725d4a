import * as vscode from 'vscode';
import { openWeights } from '../../core/checkpoint/weights';
import { createMemoryBaseCache, type BaseCache } from '../../core/evaluate/base-cache';
import { budgetLimit, gateOf, gateText, type Gate } from '../../core/evaluate/gate';
import type { EvaluationReport } from '../../core/evaluate/report';
import { roundingOf } from '../../core/evaluate/rounding-of';
import type { SampleSet } from '../../core/evaluate/sample-set';
import { evaluationSettings } from '../../core/evaluate/settings';
import { simulatedText } from '../../core/evaluate/simulated-text';
import { modelGraph } from '../../core/model/architectures';
import type { evaluate } from '../../jobs/evaluate';
import { kernelFile } from '../../kernels/relaxed-simd';
import type { Session } from '../session';
import { openWhole } from '../files/vscode-folder';
import { policyName, resolveReference } from '../policy-uri';
import { policyArgument } from './policy-argument';
import { startPolicyJob } from './policy-job';
import type { OpenState } from './ready-policy';

/** "Evaluate": perplexity before and after and KL divergence, cast in memory; nothing is written. */
export function registerEvaluate(session: Session): vscode.Disposable {
  // The base's part of what is measured serves the next policy of the same checkpoint.
  const cache = createMemoryBaseCache();
  return vscode.commands.registerCommand('downcast.evaluate', async (argument: unknown) => {
    const uri = policyArgument(argument, session.states);
    if (!uri) return undefined;
    let allowed: number | undefined;
    const report = await startPolicyJob(session, uri, 'evaluate', 'Evaluating', (state, signal) => {
      allowed = state.policy.budget?.perplexity?.value;
      return start(session, cache, state, signal);
    });
    if (report) {
      session.reports.update(uri, { evaluated: report });
      void announce(report.report, gateOf(report.report, budgetLimit(allowed)), uri);
    }
    return report?.report;
  });
}

async function* start(
  session: Session,
  cache: BaseCache,
  state: OpenState,
  signal: AbortSignal,
): ReturnType<typeof evaluate> {
  const { platform, workers } = session;
  const { checkpoint, plan, uri } = state.checkpoint;
  const graph = modelGraph(checkpoint.config, checkpoint.tree.byName);
  if (graph.kind === 'unsupported') throw new Error(graph.reason);
  const { context, windows, scoring } = evaluationSettings(state.policy, checkpoint.config);
  const { folder, file } = await platform.place(uri);
  const weights = openWeights(folder);
  try {
    // Loaded when first used, so that activation stays quick.
    const job = await import('../../jobs/evaluate');
    const { openTokenizer } = await import('../../core/evaluate/tokenize');
    return yield* job.evaluate({
      graph,
      plan,
      rounding: roundingOf(state.policy, plan, graph),
      source: { pool: await workers.kernels(), read: weights.read },
      tokenize: await openTokenizer(folder, checkpoint, signal),
      text: await readText(state, signal),
      context,
      windows,
      scoring,
      baseCaching: {
        cache,
        kernels: kernelFile('model'),
        stamp: await stamp(file === undefined ? uri : vscode.Uri.joinPath(uri, '..'), checkpoint.tree.tensors),
      },
      memory: platform.memory(),
      startPool: (need) => workers.model(need),
      createDigest: platform.createDigest,
      now: () => performance.now(),
      signal,
    });
  } finally {
    await weights.close();
  }
}

/** Size and time of the last change of a checkpoint's files. */
async function stamp(folder: vscode.Uri, tensors: readonly { readonly file: string }[]): Promise<string> {
  const files = [...new Set(tensors.map(({ file }) => file))].sort();
  const stats = await Promise.all(files.map((file) => vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, file))));
  return JSON.stringify(stats.map(({ size, mtime }, at) => [files[at], size, mtime]));
}

async function readText(state: OpenState, signal: AbortSignal): Promise<SampleSet> {
  const written = state.policy.evaluate?.text?.value;
  if (written === undefined) {
    throw new Error('the policy names no text to measure on; add "evaluate: { text: PATH }" to it');
  }
  const uri = resolveReference(state.uri, written);
  try {
    const { readSampleSet } = await import('../../core/evaluate/sample-set');
    return await readSampleSet(await openWhole(uri), written, signal);
  } catch (error) {
    throw new Error(`the text ${written} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function announce(report: EvaluationReport, gate: Gate | undefined, policy: vscode.Uri): Promise<void> {
  const { base, cast, divergence, complete, measurement, simulated } = report;
  const change = divergence.measurable ? '' : ' (no measurable change)';
  const stopped = complete ? '' : ` Stopped after ${measurement.windows} windows.`;
  const rounded = simulated ? ` Simulated: ${simulatedText(simulated)}.` : '';
  const budget = gate ? ` Budget: ${gateText(gate)}.` : '';
  const show = gate?.passed === false ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  const choice = await show(
    `Downcast: ${policyName(policy)} takes perplexity from ${base.value.toFixed(3)} to ${cast.value.toFixed(3)}${change}; KL divergence ${divergence.kl.mean.toPrecision(3)} nats.${stopped}${rounded}${budget}`,
    'Open Heatmap',
  );
  if (choice) await vscode.commands.executeCommand('downcast.openHeatmap', policy);
}
