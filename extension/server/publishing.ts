import {
  DocumentDiagnosticReportKind,
  type Connection,
  type Diagnostic,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ClientFeatures } from './client-features';
import type { ServerHost } from './host';
import { explain, safely } from './safely';

/** How findings reach the editor: it asks for them (pull), or they are sent (push). */
export interface Publishing {
  /** Its text is new, at its opening too. */
  changed(document: TextDocument): void;
  closed(document: TextDocument): void;
  /** Findings of these documents may be others now although their text is the same. */
  stale(documents: readonly TextDocument[]): void;
}

/** Wait after the last keystroke before findings are sent. */
const SETTLE_MS = 150;

type Diagnose = (document: TextDocument) => Promise<readonly Diagnostic[]>;

export function createPublishing(
  connection: Connection,
  features: ClientFeatures,
  host: ServerHost,
  diagnose: Diagnose,
): Publishing {
  return features.pullDiagnostics ? pulled(connection, features) : pushed(connection, host, diagnose);
}

/** The editor asks whenever a text changes; only what else changes must be told. */
function pulled(connection: Connection, { refresh }: ClientFeatures): Publishing {
  const nothing = (): void => undefined;
  return {
    changed: nothing,
    closed: nothing,
    stale: () => {
      if (refresh.diagnostics) void connection.languages.diagnostics.refresh();
    },
  };
}

function pushed(connection: Connection, host: ServerHost, diagnose: Diagnose): Publishing {
  const waiting = new Map<string, { cancel(): void }>();
  const seen = new Set<string>();
  const stop = ({ uri }: TextDocument): void => {
    waiting.get(uri)?.cancel();
    waiting.delete(uri);
  };
  const publish = async (document: TextDocument): Promise<void> => {
    const { uri, version } = document;
    try {
      const diagnostics = await diagnose(document);
      // A newer text has its own turn waiting, and a closed one none.
      if (seen.has(uri) && document.version === version && !waiting.has(uri)) {
        await connection.sendDiagnostics({ uri, version, diagnostics: [...diagnostics] });
      }
    } catch (error) {
      connection.console.error(`diagnostics: ${explain(error)}`);
    }
  };
  const schedule = (document: TextDocument, milliseconds: number): void => {
    stop(document);
    const start = (): void => {
      waiting.delete(document.uri);
      void publish(document);
    };
    waiting.set(document.uri, host.setTimer(start, milliseconds));
  };
  return {
    changed: (document) => {
      schedule(document, seen.has(document.uri) ? SETTLE_MS : 0);
      seen.add(document.uri);
    },
    closed: (document) => {
      stop(document);
      seen.delete(document.uri);
      void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    },
    stale: (documents) => {
      for (const document of documents) schedule(document, 0);
    },
  };
}

/** Answers the editor that asks for findings. */
export function servePulls(
  connection: Connection,
  find: (uri: string) => TextDocument | undefined,
  diagnose: Diagnose,
): void {
  const report = (items: readonly Diagnostic[]): DocumentDiagnosticReport => ({
    kind: DocumentDiagnosticReportKind.Full,
    items: [...items],
  });
  connection.languages.diagnostics.on(({ textDocument }, token) =>
    safely('diagnostics', report([]), token, connection.console, async () => {
      const document = find(textDocument.uri);
      return report(document ? await diagnose(document) : []);
    }),
  );
}
