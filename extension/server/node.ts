import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { nodeHost } from './node-host';
import { startServer } from './server';

// Entry of the language server on Node; the editor says on the command line how it wants to talk (--node-ipc, --stdio).
startServer(createConnection(ProposedFeatures.all), nodeHost());
