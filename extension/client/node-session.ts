import { availableParallelism } from 'node:os';
import * as vscode from 'vscode';
import { nodeDigest } from '../files/node-digest';
import { machineMemory } from '../files/node-memory';
import { nodeFolder } from '../files/node-folder';
import { createNodeOutput } from '../files/node-output';
import { spawnNodeWorker } from '../worker/spawn-node';
import type { SessionBundle } from './activate';
import { vscodeOutput } from './files/vscode-output';
import { virtualPlace } from './files/virtual-place';
import { clientOptions, serveFiles } from './language-client';
import type { Platform } from './platform';
import { startSession } from './session';

/** What the Node extension host, desktop and remote, loads after activation. */
export const start: SessionBundle['start'] = (context) => startSession(context, nodePlatform(context));

function nodePlatform(context: vscode.ExtensionContext): Platform {
  const script = (name: string): string =>
    vscode.Uri.joinPath(context.extensionUri, 'dist', 'node', `${name}.js`).fsPath;
  return {
    cores: availableParallelism(),
    memory: machineMemory,
    createDigest: nodeDigest,
    createClient: async () => {
      // The client's code takes longer to load than all of ours.
      const { LanguageClient, TransportKind } = await import('vscode-languageclient/node');
      // V8 lets young objects fill 48 MB otherwise; answers are no slower with a tenth of that.
      const options = { execArgv: ['--max-semi-space-size=4'] };
      const server = { module: script('server'), transport: TransportKind.ipc, options };
      const client = new LanguageClient('downcast', 'Downcast', { run: server, debug: server }, clientOptions(context));
      serveFiles(client);
      return client;
    },
    spawnWorker: (name) => Promise.resolve(spawnNodeWorker(script(name))),
    place: (uri) => (uri.scheme === 'file' ? nodeFolder(uri.fsPath) : virtualPlace(uri)),
    createOutput: async ({ uri, id, requiredBytes, input }) =>
      uri.scheme === 'file' && input.scheme === 'file'
        ? createNodeOutput({ path: uri.fsPath, id, requiredBytes, inputs: [input.fsPath], replace: true })
        : vscodeOutput(uri, id),
  };
}
