import * as vscode from 'vscode';
import { createDigest } from '../core/digest';
import { spawnBrowserWorker } from '../worker/spawn-browser';
import type { SessionBundle } from './activate';
import { vscodeOutput } from './files/vscode-output';
import { virtualPlace } from './files/virtual-place';
import { clientOptions, serveFiles } from './language-client';
import type { Platform } from './platform';
import { startSession } from './session';

/** What the web extension host loads after activation. */
export const start: SessionBundle['start'] = (context) => startSession(context, webPlatform(context));

function webPlatform(context: vscode.ExtensionContext): Platform {
  const script = (name: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'dist', 'web', `${name}.js`);
  return {
    cores: navigator.hardwareConcurrency,
    memory: () => undefined,
    createDigest,
    createClient: async () => {
      // The client's code takes longer to load than all of ours.
      const { LanguageClient } = await import('vscode-languageclient/browser');
      const worker = new Worker(script('server').toString(true), { name: 'Downcast language server' });
      const client = new LanguageClient('downcast', 'Downcast', worker, clientOptions(context));
      serveFiles(client);
      return client;
    },
    spawnWorker: async (name) => {
      const source = new TextDecoder().decode(await vscode.workspace.fs.readFile(script(name)));
      return spawnBrowserWorker(source, `Downcast ${name}`);
    },
    place: virtualPlace,
    createOutput: ({ uri, id }) => Promise.resolve(vscodeOutput(uri, id)),
  };
}
