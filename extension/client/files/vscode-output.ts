import * as vscode from 'vscode';
import type { OutputFolder } from '../../files/output-folder';
import { openWhole } from './vscode-folder';

/**
 * An output folder behind `vscode.workspace.fs`: files are put together in memory, written into a folder
 * aside and renamed at the end. The API has neither sync nor partial writes, so this is for the web host
 * and virtual file systems only.
 */
export function vscodeOutput(final: vscode.Uri, id: string): OutputFolder {
  const aside = final.with({ path: `${final.path}.partial-${id}` });
  let committed = false;
  const at = (file: string): vscode.Uri => vscode.Uri.joinPath(committed ? final : aside, file);
  return {
    name: final.toString(true),
    create(file, size) {
      const bytes = new Uint8Array(size);
      return Promise.resolve({
        write(offset, part) {
          bytes.set(part, offset);
          return Promise.resolve();
        },
        finish: async () => vscode.workspace.fs.writeFile(at(file), bytes),
      });
    },
    open: (file) => openWhole(at(file)),
    async commit() {
      const replaced = await exists(final);
      const old = final.with({ path: `${final.path}.replaced-${id}` });
      if (replaced) await vscode.workspace.fs.rename(final, old);
      await vscode.workspace.fs.rename(aside, final);
      committed = true;
      if (replaced) await vscode.workspace.fs.delete(old, { recursive: true });
    },
    async discard() {
      if (!committed && (await exists(aside))) await vscode.workspace.fs.delete(aside, { recursive: true });
    },
  };
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
