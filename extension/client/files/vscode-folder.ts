import * as vscode from 'vscode';
import type { ByteSource, CheckpointFolder } from '../../core/checkpoint/byte-source';
import { formatBytes } from '../../core/byte-size';

/**
 * VS Code's file system API reads whole files only (no ranged read), so what is opened through it must fit
 * in memory beside everything else. Local files never come this way in the Node host.
 */
const WHOLE_FILE_LIMIT = 512_000_000;

/** A checkpoint folder behind `vscode.workspace.fs`: web host, virtual and remote file systems. */
export function vscodeFolder(uri: vscode.Uri): CheckpointFolder {
  return {
    name: uri.toString(true),
    list: async () => {
      const entries = await vscode.workspace.fs.readDirectory(uri);
      return entries.filter(([, type]) => (type & vscode.FileType.Directory) === 0).map(([name]) => name);
    },
    open: (file) => openWhole(vscode.Uri.joinPath(uri, file)),
  };
}

/** Opens one file; its bytes are fetched at the first read and kept until `close`. */
export async function openWhole(uri: vscode.Uri): Promise<ByteSource> {
  const { size } = await vscode.workspace.fs.stat(uri);
  let whole: Promise<Uint8Array> | undefined;
  const fetch = async (): Promise<Uint8Array> => {
    if (size > WHOLE_FILE_LIMIT) {
      throw new Error(
        `${uri.toString(true)} holds ${formatBytes(size)}, but VS Code hands out files only whole here, up to ${formatBytes(WHOLE_FILE_LIMIT)}; open the folder on the machine that holds it (Remote SSH) or use the command line`,
      );
    }
    return vscode.workspace.fs.readFile(uri);
  };
  return {
    name: uri.toString(true),
    size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      const bytes = await (whole ??= fetch());
      if (offset < 0 || offset + length > bytes.length) {
        throw new RangeError(
          `${uri.toString(true)}: bytes ${offset} to ${offset + length} lie outside the file of ${bytes.length} bytes`,
        );
      }
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    close: () => {
      whole = undefined;
      return Promise.resolve();
    },
  };
}
