import * as vscode from 'vscode';
import { createDigest } from '../core/digest';
import { spawnBrowserWorker } from '../worker/spawn-browser';
import { activate as activateShared } from './activate';
import { vscodeOutput } from './files/vscode-output';
import { virtualPlace } from './files/virtual-place';
import { clientOptions, serveFiles } from './language-client';
import type { Platform } from './platform';

/** Entry of the web extension host. */
export function activate(context: vscode.ExtensionContext): void {
  activateShared(context, webPlatform(context));
}

function webPlatform(context: vscode.ExtensionContext): Platform {
  const script = (name: string): vscode.Uri => vscode.Uri.joinPath(context.extensionUri, 'dist', 'web', `${name}.js`);
  return {
    cores: navigator.hardwareConcurrency,
    memory: () => undefined,
    createDigest,
    createClient: async () => {
      // Loaded when activation is over: the client's code takes longer to load than all of ours.
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
