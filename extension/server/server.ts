import { TextDocuments, type Connection, type InitializeParams, type InitializeResult } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { BUILT_IN_FORMATS } from '../core/formats/registry';
import { createLanguageService } from '../service/language-service';
import type { Workspace } from '../service/workspace';
import { capabilitiesOf } from './capabilities';
import type { AskClient } from './client-files';
import { clientFeatures } from './client-features';
import { createClientSettings } from './client-settings';
import { createCrashMemory } from './crash-memory';
import { serveDocuments } from './document-features';
import { serveFindings } from './findings';
import type { ServerHost } from './host';
import { createOpenedCheckpoints } from './opened-checkpoints';
import { findPolicies } from './policy-files';
import { createValueSamples } from './value-samples';

/**
 * The language server on one connection: it turns messages into calls of the language service and nothing more.
 * Needs no configuration; every ability of the editor may be missing.
 */
export function startServer(connection: Connection, host: ServerHost): void {
  const documents = new TextDocuments(TextDocument);
  const ask: AskClient = (method, params) => connection.sendRequest(method, params);
  const place = (uri: string) => host.place(uri, ask);
  const readDirectory: Workspace['readDirectory'] = (uri) => host.readDirectory(uri, ask);
  const checkpoints = createOpenedCheckpoints(place);
  const samples = createValueSamples(place);
  checkpoints.onChanged((uri) => samples.forget(uri));

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    const features = clientFeatures(params);
    let changed = (): void => undefined;
    const settings = createClientSettings(connection, features, () => changed());
    const workspace: Workspace = {
      documents: () => documents.all(),
      root: features.folders[0],
      settings: () => settings.current(),
      openCheckpoint: (uri) => checkpoints.open(uri),
      onCheckpointChanged: (listener) => checkpoints.onChanged(listener),
      readDirectory,
      readText: (uri) => host.readText(uri, ask),
      policyFiles: () => findPolicies(features.folders, readDirectory),
      valueProfile: (uri, tensor) => (host.readsParts(uri) ? samples.profile(uri, tensor) : Promise.resolve(undefined)),
    };
    const service = createLanguageService(workspace, BUILT_IN_FORMATS);
    const memory = createCrashMemory(connection.console);
    serveDocuments(connection, documents, service, features, memory);
    const findings = serveFindings(connection, documents, service, features, checkpoints, memory, host);
    changed = () => findings.settingsChanged();
    return { capabilities: capabilitiesOf(features), serverInfo: { name: 'Downcast' } };
  });

  documents.listen(connection);
  connection.listen();
}
