import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import { openWhole } from './files/vscode-folder';
import { LANGUAGE } from './policy-uri';

/** The same in every host. The server itself says which files to watch. */
export function clientOptions(context: vscode.ExtensionContext): LanguageClientOptions {
  const rulePages = vscode.Uri.joinPath(context.extensionUri, 'docs', 'rules').toString();
  // VS Code draws images in hovers; no capability of the protocol says so.
  return { documentSelector: [{ language: LANGUAGE }], initializationOptions: { rulePages, pictures: true } };
}

/** Answers the server's requests for files that it can't read by itself (web host, virtual file systems). */
export function serveFiles(client: BaseLanguageClient): void {
  client.onRequest('downcast/list', async ({ uri, folders }: { uri: string; folders?: boolean }) => {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.parse(uri, true));
    const isFolder = (type: vscode.FileType): boolean => (type & vscode.FileType.Directory) !== 0;
    const wanted = folders ? entries : entries.filter(([, type]) => !isFolder(type));
    return wanted.map(([name, type]) => (isFolder(type) ? `${name}/` : name));
  });
  client.onRequest('downcast/stat', async ({ uri }: { uri: string }) => {
    const { type, size } = await vscode.workspace.fs.stat(vscode.Uri.parse(uri, true));
    return { directory: (type & vscode.FileType.Directory) !== 0, size };
  });
  client.onRequest(
    'downcast/read',
    async ({ uri, offset, length }: { uri: string; offset: number; length: number }) => {
      const source = await openWhole(vscode.Uri.parse(uri, true));
      return { base64: base64(await source.read(offset, length)) };
    },
  );
}

/** JSON-RPC carries text only. */
function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
