import * as vscode from 'vscode';
import type { Disposes } from '../disposes';

/** Scheme of texts that the extension writes for reading: explanations, differences. */
const SCHEME = 'downcast-report';

/** Read-only Markdown documents, shown as VS Code shows Markdown. */
export interface ReportDocuments extends Disposes {
  /** `name` becomes the title of the tab; the same name again replaces the text. */
  show(name: string, markdown: string): Promise<void>;
}

export function createReportDocuments(): ReportDocuments {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? '',
  });
  const closed = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
    if (uri.scheme === SCHEME) texts.delete(uri.path);
  });
  return {
    async show(name, markdown) {
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name.replaceAll('/', ' ')}.md` });
      texts.set(uri.path, markdown);
      changed.fire(uri);
      try {
        await vscode.commands.executeCommand('markdown.showPreview', uri);
      } catch {
        // The preview comes with VS Code, but users may have turned it off.
        await vscode.window.showTextDocument(uri, { preview: true });
      }
    },
    dispose: () => {
      for (const each of [provider, closed, changed]) each.dispose();
    },
  };
}
