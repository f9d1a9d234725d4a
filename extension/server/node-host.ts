import { readdir } from 'node:fs/promises';
import { URI } from 'vscode-uri';
import { nodeFolder } from '../files/node-folder';
import { clientDirectory, clientPlace } from './client-files';
import { setTimer, type ServerHost } from './host';

/** Reads `file:` from disk and asks the editor for all else. */
export function nodeHost(): ServerHost {
  return {
    place: (uri, ask) => (isLocal(uri) ? nodeFolder(URI.parse(uri).fsPath) : clientPlace(uri, ask)),
    async readDirectory(uri, ask) {
      if (!isLocal(uri)) return clientDirectory(uri, ask);
      const entries = await readdir(URI.parse(uri).fsPath, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, folder: entry.isDirectory() }));
    },
    setTimer,
  };
}

function isLocal(uri: string): boolean {
  return URI.parse(uri).scheme === 'file';
}
