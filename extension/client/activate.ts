import * as vscode from 'vscode';

/** What a bundle `session.js` exports. */
export interface SessionBundle {
  readonly start: (context: vscode.ExtensionContext) => StartedSession;
}

/** Everything the extension does, once its code is loaded. */
export interface StartedSession {
  /** Fills a dashboard that was open when the window was closed. */
  readonly restoreDashboard: (panel: vscode.WebviewPanel, saved: unknown) => void;
}

/**
 * All that happens on activation: commands and dashboards get stand-ins that load the rest when they are used, and the
 * rest is loaded when activation is over. The code behind it takes far longer to compile than the window should wait.
 */
export function activate(context: vscode.ExtensionContext, load: () => Promise<SessionBundle>): void {
  let started: Promise<StartedSession> | undefined;
  const start = (): Promise<StartedSession> =>
    (started ??= load().then((bundle) => {
      standIns.dispose();
      return bundle.start(context);
    }));
  const standIns = vscode.Disposable.from(
    ...commandsOf(context).map((command) =>
      vscode.commands.registerCommand(command, async (...given: unknown[]) => {
        await start();
        return vscode.commands.executeCommand(command, ...given);
      }),
    ),
  );
  const dashboards = vscode.window.registerWebviewPanelSerializer('downcast.dashboard', {
    deserializeWebviewPanel: async (panel, saved: unknown) => (await start()).restoreDashboard(panel, saved),
  });
  context.subscriptions.push(standIns, dashboards);
  setTimeout(() => void start().catch(tell), 0);
}

function commandsOf({ extension }: vscode.ExtensionContext): readonly string[] {
  const { contributes } = extension.packageJSON as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  return contributes.commands.map(({ command }) => command);
}

function tell(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  void vscode.window.showErrorMessage(`Downcast could not be loaded: ${reason}. Install the extension again.`);
}
