import * as vscode from 'vscode';
import { formatBytes } from '../core/byte-size';
import { formatSeconds, secondsLeft } from '../core/duration';
import type { Progress } from '../jobs/progress';
import { Cancelled } from '../jobs/progress';

export type JobName = 'apply' | 'evaluate';

/** Tells other views (the dashboard) how a job goes. */
export type OnProgress = (progress: Progress | undefined) => void;

/**
 * Runs a job with a progress notification that can be cancelled, from the user's notification or by `stop`.
 * Resolves to undefined when it was cancelled; failures are rethrown.
 */
export async function runJob<Report>(
  title: string,
  start: (signal: AbortSignal) => AsyncGenerator<Progress, Report, undefined>,
  stop: AbortController,
  onProgress: OnProgress,
): Promise<Report | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  try {
    return await vscode.window.withProgress(options, async (notification, token) => {
      token.onCancellationRequested(() => stop.abort());
      const job = start(stop.signal);
      let phase = '';
      let reported = 0;
      let began = 0;
      for (;;) {
        const next = await job.next();
        if (next.done) return next.value;
        const progress = next.value;
        if (progress.phase !== phase) {
          phase = progress.phase;
          reported = 0;
          began = performance.now();
        }
        const percent = progress.total === 0 ? 100 : (progress.done / progress.total) * 100;
        notification.report({
          message: progressText(progress, performance.now() - began),
          increment: Math.max(0, percent - reported),
        });
        reported = Math.max(reported, percent);
        onProgress(progress);
      }
    });
  } catch (error) {
    if (error instanceof Cancelled || stop.signal.aborted) return undefined;
    throw error;
  } finally {
    onProgress(undefined);
  }
}

function progressText({ phase, done, total, unit, detail }: Progress, elapsedMs: number): string {
  const amount = unit === 'bytes' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${done} of ${total} ${unit}`;
  const seconds = secondsLeft(done, total, elapsedMs);
  const left = seconds === undefined ? [] : [`${formatSeconds(seconds)} left`];
  return `${phase}: ${[amount, ...left, ...(detail === '' ? [] : [detail])].join(', ')}`;
}
