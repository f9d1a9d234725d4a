import * as vscode from 'vscode';
import { appliedErrors } from '../../../webview/applied-errors';
import { buildHeatmap, dtypeTotals, planTotals } from '../../../webview/dashboard-state';
import type { BudgetLimits, DashboardState, ReadyState } from '../../../webview/state';
import { budgetLimit } from '../../core/evaluate/gate';
import type { Budget } from '../../core/policy/policy';
import type { Plan } from '../../core/resolve/plan';
import type { PolicyState } from '../policy-state';
import { policyName } from '../policy-uri';
import type { PolicyReports } from '../reports';

/** What the dashboard shows of a policy: its plan, and what was measured and written. */
export function dashboardState(state: PolicyState, reports: PolicyReports): DashboardState {
  const policy = policyName(state.uri);
  const { checkpoint } = state;
  switch (checkpoint.kind) {
    case 'none':
      return { kind: 'no-checkpoint', policy };
    case 'failed':
      return { kind: 'unreadable', policy, checkpoint: placeName(checkpoint.uri), message: checkpoint.message };
    case 'open':
      return readyState(state, placeName(checkpoint.uri), checkpoint.plan, reports);
  }
}

function readyState(state: PolicyState, checkpoint: string, plan: Plan, reports: PolicyReports): ReadyState {
  const { applied, evaluated } = reports;
  const stale = (text: string): boolean => text !== state.text;
  const count = (severity: 'error' | 'warning'): number =>
    state.findings.filter((finding) => finding.severity === severity).length;
  const fresh = applied && !stale(applied.text) ? applied.report : undefined;
  return {
    kind: 'ready',
    key: state.uri.toString(),
    policy: policyName(state.uri),
    checkpoint,
    totals: planTotals(plan),
    dtypes: dtypeTotals(plan),
    heatmap: buildHeatmap(plan, fresh && appliedErrors(plan, fresh)),
    rules: ruleLabels(state, plan),
    budget: budgetLimits(state.policy.budget),
    findings: { errors: count('error'), warnings: count('warning') },
    evaluation: evaluated ? { report: evaluated.report, stale: stale(evaluated.text) } : null,
    applied: applied
      ? {
          folder: baseName(applied.report.output),
          bytes: applied.report.bytesAfter,
          storedTensors: applied.report.verified.storedTensors,
          loader: applied.report.loader.note,
          seconds: applied.report.seconds,
          stale: stale(applied.text),
        }
      : null,
    blocked: vscode.workspace.isTrusted ? null : 'This workspace is not trusted: policies are only checked.',
  };
}

function budgetLimits(budget: Budget | undefined): BudgetLimits {
  return {
    bytes: budget?.size?.value ?? null,
    bitsPerWeight: budget?.bitsPerWeight?.value ?? null,
    perplexityIncrease: budgetLimit(budget?.perplexity?.value) ?? null,
  };
}

/** One label a rule as written, broken ones included, so that an index means the same everywhere. */
function ruleLabels(state: PolicyState, plan: Plan): ReadyState['rules'] {
  const count = Math.max(plan.rules.length, ...state.policy.rules.map(({ index }) => index + 1), 0);
  return Array.from({ length: count }, (_, index) => {
    const rule = state.policy.rules.find((each) => each.index === index);
    const label = rule?.match.map(({ source }) => source).join(', ') ?? `rule ${index + 1}`;
    return { label, line: rule ? lineOf(state.text, rule.range.start) : 1 };
  });
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function placeName(uri: vscode.Uri): string {
  return baseName(uri.path);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
