import type { Connection, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { NEVER_CANCELLED } from '../service/cancellation';
import type { LanguageService } from '../service/language-service';
import type { ClientFeatures } from './client-features';
import type { CrashMemory } from './crash-memory';
import type { ServerHost } from './host';
import type { OpenedCheckpoints } from './opened-checkpoints';
import { POLICY_NAME } from './policy-files';
import { createPublishing, servePulls } from './publishing';
import { refreshing } from './refreshing';
import { createWatching, NO_WATCHING } from './watching';
import { serveWorkspacePulls } from './workspace-findings';

/** Wait after the first change of files before they are read again: a checkpoint is written in many steps. */
const FILES_SETTLE_MS = 100;

/** Findings that reach the editor after each change of what they are made from. */
export interface ServedFindings {
  /** What the user wants of findings and hints is another thing now. */
  settingsChanged(): void;
}

/**
 * Findings: after each change of a policy, of one that it extends, of the files of its checkpoint, and of the
 * settings.
 */
export function serveFindings(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  service: LanguageService,
  features: ClientFeatures,
  checkpoints: OpenedCheckpoints,
  memory: CrashMemory,
  host: ServerHost,
): ServedFindings {
  const watching = features.watchers ? createWatching(connection) : NO_WATCHING;
  const diagnose = (document: TextDocument) =>
    memory.answer('diagnostics', document, [], () => service.diagnose(document, features, NEVER_CANCELLED));
  const publishing = createPublishing(connection, features, host, diagnose);
  const refresh = refreshing(connection, features.refresh);
  const all = features.pullDiagnostics
    ? serveWorkspacePulls(connection, () => service.closedPolicies(), diagnose)
    : { wake: () => undefined };
  if (features.pullDiagnostics) servePulls(connection, (uri) => documents.get(uri), diagnose);

  const stale = (changed: readonly TextDocument[]): void => {
    if (changed.length > 0) publishing.stale(changed);
    refresh();
    all.wake();
  };
  const watch = async (): Promise<void> => {
    watching.update(await service.linkedFiles());
  };
  const policyChanged = async (uri: string): Promise<void> => {
    const dependents = await service.policyChanged(uri);
    if (dependents.length > 0) stale(dependents);
  };
  const logged = (work: Promise<void>): void => {
    work.catch((error: unknown) => connection.console.error(`findings: ${String(error)}`));
  };

  documents.onDidChangeContent(({ document }) => {
    checkpoints.retryFailed();
    publishing.changed(document);
    logged(policyChanged(document.uri));
    logged(watch());
  });
  documents.onDidClose(({ document }) => {
    service.forget(document.uri);
    memory.forget(document.uri);
    publishing.closed(document);
    all.wake();
    logged(watch());
  });
  const touched = new Set<string>();
  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (touched.size === 0) host.setTimer(settle, FILES_SETTLE_MS);
    for (const { uri } of changes) touched.add(uri);
  });
  const settle = (): void => {
    const files = [...touched];
    touched.clear();
    for (const file of files) {
      checkpoints.fileChanged(file);
      if (POLICY_NAME.test(file)) logged(policyChanged(file));
    }
    all.wake();
  };
  service.onStale(stale);
  return { settingsChanged: () => stale(documents.all()) };
}
