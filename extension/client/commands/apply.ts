import * as vscode from 'vscode';
import { formatBits, formatBytes } from '../../core/byte-size';
import { openWeights } from '../../core/checkpoint/weights';
import { apply } from '../../jobs/apply';
import type { ApplyReport } from '../../jobs/apply-report';
import type { Session } from '../session';
import { outputFolder, policyName } from '../policy-uri';
import { policyArgument } from './policy-argument';
import { startPolicyJob } from './policy-job';
import type { OpenState } from './ready-policy';

/** "Apply downcast": casts the weights and writes the checkpoint into a folder beside the policy. */
export function registerApply(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand('downcast.apply', async (argument: unknown) => {
    const uri = policyArgument(argument, session.states);
    if (!uri) return undefined;
    const report = await startPolicyJob(session, uri, 'apply', 'Applying', (state, signal) =>
      start(session, state, signal),
    );
    if (report) {
      session.reports.update(uri, { applied: report });
      void announce(report.report, outputFolder(uri));
    }
    return report?.report;
  });
}

async function* start(session: Session, state: OpenState, signal: AbortSignal): ReturnType<typeof apply> {
  const { platform, workers } = session;
  const { checkpoint, plan, uri } = state.checkpoint;
  const pool = await workers.kernels();
  const { folder } = await platform.place(uri);
  const weights = openWeights(folder);
  try {
    const output = await platform.createOutput({
      uri: outputFolder(state.uri),
      id: planId(platform.createDigest, state.text),
      requiredBytes: plan.bytesAfter,
      input: uri,
    });
    return yield* apply({
      checkpoint,
      plan,
      policy: { name: policyName(state.uri), text: state.text },
      source: { pool, read: weights.read },
      folder,
      output,
      createDigest: platform.createDigest,
      now: () => performance.now(),
      signal,
    });
  } finally {
    await weights.close();
  }
}

function planId(createDigest: Session['platform']['createDigest'], text: string): string {
  const digest = createDigest();
  digest.update(new TextEncoder().encode(text));
  return digest.hex().slice(0, 12);
}

async function announce(report: ApplyReport, folder: vscode.Uri): Promise<void> {
  const choice = await vscode.window.showInformationMessage(
    `Downcast: ${formatBytes(report.bytesBefore)} became ${formatBytes(report.bytesAfter)} (${formatBits(report.bitsPerWeight)} bits per weight) in ${vscode.workspace.asRelativePath(folder)}; ${report.verified.storedTensors} tensors read back and equal to the plan.`,
    'Reveal in Explorer',
  );
  if (choice) await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.joinPath(folder, 'downcast.json'));
}
