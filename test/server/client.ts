import { PassThrough } from 'node:stream';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type CodeLens,
  type CompletionList,
  type Diagnostic,
  type Hover,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol/node';
import { createConnection } from 'vscode-languageserver/node';
import type { ServerHost } from '../../extension/server/host';
import { startServer } from '../../extension/server/server';

/** An editor at the other end of a real connection. */
export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly server: InitializeResult;
  /** What the server logged. */
  readonly log: readonly string[];
  open(uri: string, text: string): Promise<void>;
  change(uri: string, text: string): Promise<void>;
  close(uri: string): Promise<void>;
  /** Diagnostics of the next message about `uri` that `isWanted`. */
  diagnostics(uri: string, isWanted?: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>;
  /** Answers about the bar's place in the document as opened. */
  ask<R>(method: string, uri: string, more?: object): Promise<R>;
  complete(uri: string, line: number, character: number): Promise<CompletionList>;
  hover(uri: string, line: number, character: number): Promise<Hover | null>;
  lenses(uri: string): Promise<readonly CodeLens[]>;
  fixes(uri: string, diagnostic: Diagnostic): Promise<readonly CodeAction[]>;
  dispose(): void;
}

/** All that an editor must send, and nothing more. */
export const MINIMAL = { processId: null, rootUri: null, capabilities: {} };

export async function connect(
  host: ServerHost,
  params: object = MINIMAL,
  prepare: (connection: ProtocolConnection) => void = () => undefined,
): Promise<TestClient> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  startServer(createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient)), host);
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const log: string[] = [];
  const arrived = new Map<string, readonly Diagnostic[]>();
  const waiting = new Set<() => void>();
  connection.onNotification('window/logMessage', ({ message }: { message: string }) => void log.push(message));
  connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }: PublishDiagnosticsParams) => {
    arrived.set(uri, diagnostics);
    for (const look of waiting) look();
  });
  prepare(connection);
  connection.listen();
  const server = await connection.sendRequest<InitializeResult>('initialize', params);
  await connection.sendNotification('initialized', {});
  let version = 0;
  const ask: TestClient['ask'] = (method, uri, more = {}) =>
    connection.sendRequest(method, { textDocument: { uri }, ...more });

  return {
    connection,
    server,
    log,
    open: (uri, text) =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'dtype-policy', version: ++version, text },
      }),
    change: (uri, text) =>
      connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: ++version },
        contentChanges: [{ text }],
      }),
    close: (uri) => connection.sendNotification('textDocument/didClose', { textDocument: { uri } }),
    diagnostics: (uri, isWanted = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = arrived.get(uri);
          if (!found || !isWanted(found)) return;
          waiting.delete(look);
          arrived.delete(uri);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ask,
    complete: (uri, line, character) => ask('textDocument/completion', uri, { position: { line, character } }),
    hover: (uri, line, character) => ask('textDocument/hover', uri, { position: { line, character } }),
    lenses: (uri) => ask('textDocument/codeLens', uri),
    fixes: (uri, diagnostic) =>
      ask('textDocument/codeAction', uri, { range: diagnostic.range, context: { diagnostics: [diagnostic] } }),
    dispose: () => connection.dispose(),
  };
}
