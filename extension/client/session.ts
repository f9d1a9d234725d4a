import * as vscode from 'vscode';
import type { StartedSession } from './activate';
import { createCheckpoints } from './checkpoints';
import { registerApply } from './commands/apply';
import { registerCompactRules } from './commands/compact-rules';
import { registerCompareRevision } from './commands/compare-revision';
import { registerEvaluate } from './commands/evaluate';
import { registerExplainTensor } from './commands/explain-tensor';
import { registerNavigation } from './commands/navigation';
import { registerNewPolicy } from './commands/new-policy';
import { registerRulesFromSelection } from './commands/rules-from-selection';
import { createDashboards } from './dashboard/dashboards';
import { createReportDocuments, type ReportDocuments } from './documents/report-documents';
import type { Platform } from './platform';
import { createPolicyStates } from './policy-state';
import { createReports } from './reports';
import { createCheckpointTree } from './views/checkpoint-tree';
import { createWorkers } from './workers';

/** What commands and views share; made once for a window. */
export interface Session {
  readonly context: vscode.ExtensionContext;
  readonly platform: Platform;
  readonly checkpoints: ReturnType<typeof createCheckpoints>;
  readonly states: ReturnType<typeof createPolicyStates>;
  readonly reports: ReturnType<typeof createReports>;
  readonly documents: ReportDocuments;
  readonly workers: ReturnType<typeof createWorkers>;
  readonly log: vscode.LogOutputChannel;
}

/** Wires the extension together; nothing heavy runs here (workers and wasm start with the first job). */
export function startSession(context: vscode.ExtensionContext, platform: Platform): StartedSession {
  const log = vscode.window.createOutputChannel('Downcast', { log: true });
  const checkpoints = createCheckpoints(platform);
  const states = createPolicyStates(checkpoints);
  const reports = createReports();
  const workers = createWorkers(context, platform);
  const documents = createReportDocuments();
  const session: Session = { context, platform, checkpoints, states, reports, documents, workers, log };
  const dashboards = createDashboards(session);
  context.subscriptions.push(
    log,
    checkpoints,
    states,
    reports,
    workers,
    createCheckpointTree(states),
    dashboards,
    documents,
    registerApply(session),
    registerEvaluate(session),
    registerNavigation(session),
    registerNewPolicy(session),
    registerExplainTensor(session),
    registerCompactRules(session),
    registerRulesFromSelection(session),
    registerCompareRevision(session),
  );
  startLanguageClient(session);
  return { restoreDashboard: dashboards.restore };
}

/** The language client is loaded and started after the views: neither it nor a slow server holds them back. */
function startLanguageClient({ context, platform, log }: Session): void {
  const afterViews = new Promise((resolve) => setTimeout(resolve, 0));
  const started = afterViews.then(async () => {
    const client = await platform.createClient(context);
    context.subscriptions.push({ dispose: () => void client.dispose() });
    await client.start();
  });
  started.catch((error: unknown) => {
    log.error('the language server did not start', error instanceof Error ? error : String(error));
    void vscode.window.showErrorMessage(
      'Downcast: the language server did not start, so policies are not checked; see the Downcast output.',
    );
  });
}
