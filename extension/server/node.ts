import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { nodeHost } from './node-host';
import { startServer } from './server';

// Left alone, V8 lets a server that lives on 70 MB gather 250 MB of rubbish first; so it collects at
// twice as much.
setFlagsFromString('--heap-growing-percent=100');

// Entry of the language server on Node; the editor says on the command line how it wants to talk (--node-ipc, --stdio).
startServer(createConnection(ProposedFeatures.all), nodeHost());
