import * as vscode from 'vscode';
import type { EvaluationReport } from '../core/evaluate/report';
import type { ApplyReport } from '../jobs/apply-report';
import type { Progress } from '../jobs/progress';
import type { JobName } from './run-job';
import type { Disposes } from './disposes';

/** A report and the policy text it was made for; another text makes it stale. */
export interface Kept<Report> {
  readonly report: Report;
  readonly text: string;
}

export interface PolicyReports {
  readonly applied: Kept<ApplyReport> | undefined;
  readonly evaluated: Kept<EvaluationReport> | undefined;
  readonly running:
    { readonly job: JobName; readonly progress: Progress | undefined; readonly stop: AbortController } | undefined;
  readonly failed: { readonly job: JobName; readonly message: string } | undefined;
}

/** What was measured and written for each policy while the window is open. */
export interface Reports extends Disposes {
  of(policy: vscode.Uri): PolicyReports;
  update(policy: vscode.Uri, change: Partial<PolicyReports>): void;
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

const NOTHING: PolicyReports = { applied: undefined, evaluated: undefined, running: undefined, failed: undefined };

export function createReports(): Reports {
  const reports = new Map<string, PolicyReports>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const of = (policy: vscode.Uri): PolicyReports => reports.get(policy.toString()) ?? NOTHING;
  return {
    of,
    update(policy, change) {
      reports.set(policy.toString(), { ...of(policy), ...change });
      changed.fire(policy);
    },
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}
