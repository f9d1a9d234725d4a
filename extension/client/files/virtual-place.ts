import * as vscode from 'vscode';
import type { CheckpointPlace } from '../platform';
import { vscodeFolder } from './vscode-folder';

/** A checkpoint behind VS Code's own file systems: its folder, and the file when the URI names one. */
export async function virtualPlace(uri: vscode.Uri): Promise<CheckpointPlace> {
  const { type } = await vscode.workspace.fs.stat(uri);
  if (type & vscode.FileType.Directory) return { folder: vscodeFolder(uri), file: undefined };
  const file = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return { folder: vscodeFolder(vscode.Uri.joinPath(uri, '..')), file };
}
