import * as vscode from 'vscode';
import { dashboardHtml } from '../../../webview/html';
import { hostMessage, parseWebviewMessage, type HostMessage, type WebviewMessage } from '../../../webview/protocol';
import type { DashboardState } from '../../../webview/state';
import type { Session } from '../session';
import { policyArgument } from '../commands/policy-argument';
import { revealRule, revealTensor } from '../commands/navigation';
import type { Disposes } from '../disposes';
import { policyName } from '../policy-uri';
import { dashboardState } from './dashboard-state';

const VIEW_TYPE = 'downcast.dashboard';

export interface Dashboards extends Disposes {
  /** Fills a panel that the window was closed with; `saved` is what its page kept. */
  readonly restore: (panel: vscode.WebviewPanel, saved: unknown) => void;
}

/** The heatmap panels, one a policy, and the command that opens them. */
export function createDashboards(session: Session): Dashboards {
  const panels = new Map<string, vscode.WebviewPanel>();

  const adopt = (panel: vscode.WebviewPanel, policy: vscode.Uri): void => {
    const key = policy.toString();
    panels.set(key, panel);
    const connection = connect(session, panel, policy);
    panel.onDidDispose(() => {
      connection.dispose();
      if (panels.get(key) === panel) panels.delete(key);
    });
  };
  const open = (argument: unknown): void => {
    const policy = policyArgument(argument, session.states);
    if (!policy) return;
    const known = panels.get(policy.toString());
    if (known) {
      known.reveal();
      return;
    }
    const beside = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    adopt(vscode.window.createWebviewPanel(VIEW_TYPE, `Heatmap: ${policyName(policy)}`, beside), policy);
  };
  const command = vscode.commands.registerCommand('downcast.openHeatmap', open);
  return {
    restore(panel, saved) {
      const policy = savedPolicy(saved) ?? session.states.current;
      if (policy) adopt(panel, policy);
      else panel.dispose();
    },
    dispose() {
      command.dispose();
      for (const panel of panels.values()) panel.dispose();
    },
  };
}

/** The policy a saved page was of; it comes from the webview, so only a URI of a workspace's policy is taken. */
function savedPolicy(saved: unknown): vscode.Uri | undefined {
  if (typeof saved !== 'object' || saved === null || !('key' in saved) || typeof saved.key !== 'string')
    return undefined;
  const uri = vscode.Uri.parse(saved.key);
  return vscode.workspace.getWorkspaceFolder(uri) && /\.dtype\.(ya?ml|json)$/.test(uri.path) ? uri : undefined;
}

/** Fills a panel and keeps it up to date until it is closed. */
function connect(session: Session, panel: vscode.WebviewPanel, policy: vscode.Uri): vscode.Disposable {
  const { context, states, reports } = session;
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
  const send = (message: HostMessage): void => void panel.webview.postMessage(message);
  let shown = 0;
  const show = async (): Promise<void> => {
    const turn = ++shown;
    const state = await currentState(session, policy);
    // A later change has asked anew meanwhile; its answer is the one to show.
    if (turn === shown) send(hostMessage({ type: 'state', state }));
  };
  let announced = reports.of(policy);
  const reported = (): void => {
    const before = announced;
    const now = (announced = reports.of(policy));
    const { running } = now;
    const progress = running?.progress ?? null;
    send(hostMessage({ type: 'progress', progress: running && progress ? { job: running.job, ...progress } : null }));
    if (now.failed && now.failed !== before.failed) send(hostMessage({ type: 'failed', message: now.failed.message }));
    if (now.applied !== before.applied || now.evaluated !== before.evaluated) void show();
  };
  const isThisPolicy = (uri: vscode.Uri): boolean => uri.toString() === policy.toString();
  const received = (message: WebviewMessage): void => {
    if (message.type === 'ready') {
      void show();
      reported();
    }
    void act(session, policy, message);
  };
  const subscriptions = [
    panel.webview.onDidReceiveMessage((raw: unknown) => {
      const message = parseWebviewMessage(raw);
      if (message) received(message);
    }),
    states.onDidChange((uri) => isThisPolicy(uri) && void show()),
    reports.onDidChange((uri) => isThisPolicy(uri) && reported()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void show()),
  ];
  panel.webview.html = dashboardHtml({
    scriptUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'dashboard.js')).toString(),
    styleUri: panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, 'dashboard.css')).toString(),
    cspSource: panel.webview.cspSource,
    nonce: crypto.randomUUID().replaceAll('-', ''),
  });
  return vscode.Disposable.from(...subscriptions);
}

async function currentState({ states, reports }: Session, policy: vscode.Uri): Promise<DashboardState> {
  try {
    return dashboardState(await states.of(policy), reports.of(policy));
  } catch {
    // The policy was deleted or renamed while its heatmap was open.
    return { kind: 'no-policy' };
  }
}

async function act({ states, reports }: Session, policy: vscode.Uri, message: WebviewMessage): Promise<void> {
  switch (message.type) {
    case 'ready':
      return;
    case 'apply':
      await vscode.commands.executeCommand('downcast.apply', policy);
      return;
    case 'evaluate':
      await vscode.commands.executeCommand('downcast.evaluate', policy);
      return;
    case 'cancel':
      reports.of(policy).running?.stop.abort();
      return;
    case 'reveal-rule':
      await revealRule(await states.of(policy), message.ruleIndex ?? undefined);
      return;
    case 'reveal-tensor':
      await revealTensor(await states.of(policy), message.name);
  }
}
