import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import { activate as activateShared, type SessionBundle } from './activate';

/** Entry of the Node extension host: desktop and remote. */
export function activate(context: vscode.ExtensionContext): void {
  activateShared(context, () => {
    const { fsPath } = vscode.Uri.joinPath(context.extensionUri, 'dist', 'node', 'session.js');
    return Promise.resolve(createRequire(__filename)(fsPath) as SessionBundle);
  });
}
