import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { clientDirectory, clientPlace, clientText } from './client-files';
import { setTimer } from './host';
import { startServer } from './server';

// Entry of the language server in a web worker; all files come from the editor.
const scope = self as unknown as DedicatedWorkerGlobalScope;
const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));
startServer(connection, {
  place: clientPlace,
  readDirectory: clientDirectory,
  readText: clientText,
  readsParts: () => false,
  setTimer,
});
