import {
  DocumentDiagnosticReportKind,
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { fingerprint } from '../service/fingerprint';
import { safely } from './safely';

/** Answers to editors that ask for the findings of all policies, open or not. */
export interface WorkspaceFindings {
  /** A policy, a checkpoint or the settings changed: questions that wait for news are looked at again. */
  wake(): void;
}

/**
 * Editors ask again as soon as they have an answer, so a question is left open until there is news: other findings
 * than those that the editor has, by the ids it sends along.
 */
export function serveWorkspacePulls(
  connection: Connection,
  closedPolicies: () => Promise<readonly TextDocument[]>,
  diagnose: (document: TextDocument) => Promise<readonly Diagnostic[]>,
): WorkspaceFindings {
  const waiting = new Set<() => void>();
  const news = (token: CancellationToken): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        waiting.delete(go);
        subscription.dispose();
        resolve();
      };
      const subscription = token.onCancellationRequested(go);
      waiting.add(go);
    });

  const reports = async (
    previous: ReadonlyMap<string, string>,
  ): Promise<readonly WorkspaceDocumentDiagnosticReport[]> => {
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    const policies = await closedPolicies();
    // One after the other: each may have a checkpoint to open.
    for (const document of policies) items.push(reportOf(document.uri, await diagnose(document), previous));
    const here = new Set(policies.map(({ uri }) => uri));
    const gone = [...previous.keys()].filter((uri) => !here.has(uri));
    return [...items, ...gone.map((uri) => reportOf(uri, [], previous))];
  };

  connection.languages.diagnostics.onWorkspace(({ previousResultIds }, token) =>
    safely('diagnostics of the workspace', { items: [] }, token, connection.console, async () => {
      const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
      for (;;) {
        const woken = news(token);
        const items = await reports(previous);
        const isNews = items.some(({ kind }) => kind === DocumentDiagnosticReportKind.Full);
        if (isNews || token.isCancellationRequested) return { items: [...items] };
        await woken;
      }
    }),
  );
  return {
    wake: () => {
      for (const go of [...waiting]) go();
    },
  };
}

function reportOf(
  uri: string,
  diagnostics: readonly Diagnostic[],
  previous: ReadonlyMap<string, string>,
): WorkspaceDocumentDiagnosticReport {
  const resultId = fingerprint(JSON.stringify(diagnostics)).toString(36);
  const version = null;
  if (previous.get(uri) === resultId) return { kind: DocumentDiagnosticReportKind.Unchanged, uri, version, resultId };
  return { kind: DocumentDiagnosticReportKind.Full, uri, version, resultId, items: [...diagnostics] };
}
