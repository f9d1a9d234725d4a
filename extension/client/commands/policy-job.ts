import * as vscode from 'vscode';
import type { Progress } from '../../jobs/progress';
import type { Session } from '../session';
import { policyName } from '../policy-uri';
import type { Kept } from '../reports';
import { runJob, type JobName } from '../run-job';
import { requireTrust } from './policy-argument';
import { readyPolicy, type OpenState } from './ready-policy';

/**
 * Runs a job on a policy that is ready for it, one at a time a policy, and tells the views how it goes. Resolves to
 * the report and the text it was made for; to undefined when there is nothing to show (not ready, cancelled, failed),
 * which the user has been told by then.
 */
export async function startPolicyJob<Report>(
  session: Session,
  uri: vscode.Uri,
  job: JobName,
  title: string,
  start: (state: OpenState, signal: AbortSignal) => AsyncGenerator<Progress, Report, undefined>,
): Promise<Kept<Report> | undefined> {
  const { reports, states, log } = session;
  if (!requireTrust()) return undefined;
  if (reports.of(uri).running) {
    void vscode.window.showInformationMessage('Downcast: a job of this policy is under way; cancel it first.');
    return undefined;
  }
  const stop = new AbortController();
  reports.update(uri, { running: { job, progress: undefined, stop }, failed: undefined });
  try {
    const state = await readyPolicy(await states.of(uri));
    if (!state) return undefined;
    const report = await runJob(
      `${title} ${policyName(uri)}`,
      (signal) => start(state, signal),
      stop,
      (progress) => reports.update(uri, { running: { job, progress, stop } }),
    );
    return report && { report, text: state.text };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.error(`${job} failed`, error instanceof Error ? error : message);
    reports.update(uri, { failed: { job, message } });
    void vscode.window.showErrorMessage(`Downcast: ${message}`);
    return undefined;
  } finally {
    reports.update(uri, { running: undefined });
  }
}
