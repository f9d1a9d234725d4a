import {
  CodeActionKind,
  CodeLensRefreshRequest,
  TextDocumentSyncKind,
  TextDocuments,
  type CancellationToken,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { BUILT_IN_FORMATS } from '../core/formats/registry';
import { NEVER_CANCELLED } from '../service/cancellation';
import { FIX_ALL } from '../service/features/code-actions';
import { COMPLETION_TRIGGERS } from '../service/features/completion';
import { createLanguageService, type LanguageService } from '../service/language-service';
import type { Workspace } from '../service/workspace';
import type { AskClient } from './client-files';
import { clientFeatures, type ClientFeatures } from './client-features';
import type { ServerHost } from './host';
import { createOpenedCheckpoints, type OpenedCheckpoints } from './opened-checkpoints';
import { createPublishing, servePulls } from './publishing';
import { safely } from './safely';
import { createWatching, NO_WATCHING } from './watching';

/** Wait after the first change of a checkpoint's files before it is opened again. */
const FILES_SETTLE_MS = 100;

type Documents = TextDocuments<TextDocument>;

/**
 * The language server on one connection: it turns messages into calls of the language service and nothing more.
 * Needs no configuration; every ability of the editor may be missing.
 */
export function startServer(connection: Connection, host: ServerHost): void {
  const documents: Documents = new TextDocuments(TextDocument);
  const ask: AskClient = (method, params) => connection.sendRequest(method, params);
  const checkpoints = createOpenedCheckpoints((uri) => host.place(uri, ask));

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const features = clientFeatures(params);
    const workspace: Workspace = {
      documents: () => documents.all(),
      root: features.root,
      openCheckpoint: (uri) => checkpoints.open(uri),
      onCheckpointChanged: (listener) => checkpoints.onChanged(listener),
      readDirectory: (uri) => host.readDirectory(uri, ask),
    };
    const service = createLanguageService(workspace, BUILT_IN_FORMATS);
    serveFeatures(connection, documents, service, features);
    serveFindings(connection, documents, service, features, checkpoints, host);
    return { capabilities: capabilitiesOf(features), serverInfo: { name: 'Downcast' } };
  });

  documents.listen(connection);
  connection.listen();
}

function capabilitiesOf({ pullDiagnostics }: ClientFeatures): InitializeResult['capabilities'] {
  return {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    completionProvider: { triggerCharacters: [...COMPLETION_TRIGGERS], resolveProvider: false },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] },
    codeLensProvider: { resolveProvider: false },
    documentSymbolProvider: true,
    ...(pullDiagnostics
      ? { diagnosticProvider: { identifier: 'downcast', interFileDependencies: false, workspaceDiagnostics: false } }
      : {}),
  };
}

/** Requests about one document. */
function serveFeatures(
  connection: Connection,
  documents: Documents,
  service: LanguageService,
  features: ClientFeatures,
): void {
  const answer = <T>(
    name: string,
    { uri }: { readonly uri: string },
    token: CancellationToken,
    neutral: T,
    ask: (document: TextDocument) => T | Promise<T>,
  ) =>
    safely(name, neutral, token, connection.console, () => {
      const document = documents.get(uri);
      return document ? ask(document) : neutral;
    });

  connection.onCompletion(({ textDocument, position, context }, token) =>
    answer('completion', textDocument, token, { isIncomplete: false, items: [] }, (document) => {
      const options = { snippets: features.snippets, trigger: context?.triggerCharacter };
      return service.complete(document, position, options, token);
    }),
  );
  connection.onHover(({ textDocument, position }, token) =>
    answer('hover', textDocument, token, null, async (document) => {
      return (await service.hover(document, position, token)) ?? null;
    }),
  );
  connection.onCodeAction(({ textDocument, range, context }, token) =>
    answer('code actions', textDocument, token, [], async (document) => [
      ...(await service.codeActions(document, range, context, features, token)),
    ]),
  );
  connection.onCodeLens(({ textDocument }, token) =>
    answer('code lenses', textDocument, token, [], async (document) => [
      ...(await service.codeLenses(document, token)),
    ]),
  );
  connection.onDocumentSymbol(({ textDocument }, token) =>
    answer('symbols', textDocument, token, [], (document) => [...service.documentSymbols(document)]),
  );
}

/** Findings: after each change of a policy, and after each change of the files of its checkpoint. */
function serveFindings(
  connection: Connection,
  documents: Documents,
  service: LanguageService,
  features: ClientFeatures,
  checkpoints: OpenedCheckpoints,
  host: ServerHost,
): void {
  const watching = features.watchers ? createWatching(connection) : NO_WATCHING;
  const diagnose = (document: TextDocument) => service.diagnose(document, features, NEVER_CANCELLED);
  const publishing = createPublishing(connection, features, host, diagnose);
  if (features.pullDiagnostics) servePulls(connection, (uri) => documents.get(uri), diagnose);

  const watch = (): void => {
    const named = documents.all().map((document) => service.checkpointUri(document));
    watching.update(named.filter((uri) => uri !== undefined));
  };
  documents.onDidChangeContent(({ document }) => {
    checkpoints.retryFailed();
    publishing.changed(document);
    watch();
  });
  documents.onDidClose(({ document }) => {
    service.forget(document.uri);
    publishing.closed(document);
    watch();
  });
  // A checkpoint that is being written changes many times a second.
  const touched = new Set<string>();
  connection.onDidChangeWatchedFiles(({ changes }) => {
    if (touched.size === 0) host.setTimer(settle, FILES_SETTLE_MS);
    for (const { uri } of changes) touched.add(uri);
  });
  const settle = (): void => {
    const files = [...touched];
    touched.clear();
    for (const file of files) checkpoints.fileChanged(file);
  };
  service.onStale((stale) => {
    publishing.stale(stale);
    if (features.refreshLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
  });
}
