import * as vscode from 'vscode';
import { openWeights } from '../../core/checkpoint/weights';
import type { EvaluationReport } from '../../core/evaluate/report';
import type { SampleSet } from '../../core/evaluate/sample-set';
import { evaluationSettings } from '../../core/evaluate/settings';
import { modelGraph } from '../../core/model/architectures';
import type { evaluate } from '../../jobs/evaluate';
import type { Session } from '../activate';
import { openWhole } from '../files/vscode-folder';
import { policyName, resolveReference } from '../policy-uri';
import { policyArgument } from './policy-argument';
import { startPolicyJob } from './policy-job';
import type { OpenState } from './ready-policy';

/** "Evaluate": perplexity before and after and KL divergence, cast in memory; nothing is written. */
export function registerEvaluate(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand('downcast.evaluate', async (argument: unknown) => {
    const uri = policyArgument(argument, session.states);
    if (!uri) return undefined;
    const report = await startPolicyJob(session, uri, 'evaluate', 'Evaluating', (state, signal) =>
      start(session, state, signal),
    );
    if (report) {
      session.reports.update(uri, { evaluated: report });
      void announce(report.report, uri);
    }
    return report?.report;
  });
}

async function* start(session: Session, state: OpenState, signal: AbortSignal): ReturnType<typeof evaluate> {
  const { platform, workers } = session;
  const { checkpoint, plan, uri } = state.checkpoint;
  const graph = modelGraph(checkpoint.config, checkpoint.tree.byName);
  if (graph.kind === 'unsupported') throw new Error(graph.reason);
  const { context, windows, scoring } = evaluationSettings(state.policy, checkpoint.config);
  const { folder } = await platform.place(uri);
  const weights = openWeights(folder);
  try {
    // Loaded when first used, so that activation stays quick.
    const job = await import('../../jobs/evaluate');
    const { openTokenizer } = await import('../../core/evaluate/tokenize');
    return yield* job.evaluate({
      graph,
      plan,
      source: { pool: await workers.kernels(), read: weights.read },
      tokenize: await openTokenizer(folder, signal),
      text: await readText(state, signal),
      context,
      windows,
      scoring,
      startPool: (model, longest, bytes) => workers.model(model, longest, bytes),
      createDigest: platform.createDigest,
      now: () => performance.now(),
      signal,
    });
  } finally {
    await weights.close();
  }
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

async function announce(report: EvaluationReport, policy: vscode.Uri): Promise<void> {
  const { base, cast, divergence, complete, measurement } = report;
  const change = divergence.measurable ? '' : ' (no measurable change)';
  const stopped = complete ? '' : ` Stopped after ${measurement.windows} windows.`;
  const choice = await vscode.window.showInformationMessage(
    `Downcast: ${policyName(policy)} takes perplexity from ${base.value.toFixed(3)} to ${cast.value.toFixed(3)}${change}; KL divergence ${divergence.kl.mean.toPrecision(3)} nats.${stopped}`,
    'Open Heatmap',
  );
  if (choice) await vscode.commands.executeCommand('downcast.openHeatmap', policy);
}
